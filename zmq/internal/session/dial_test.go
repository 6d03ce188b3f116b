package session_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// attempts dials an endpoint without a listener, with a connect timeout, and returns the waits between the
// first attempts.
func attempts(f *fixture, cfg *session.Config, timeout time.Duration, n int) (waits []time.Duration) {
	f.Helper()
	var last time.Duration
	w := &way{connectTimeout: timeout, tried: func() {
		now := f.net.Now()
		waits = append(waits, (now - last).Round(time.Millisecond))
		last = now
	}}
	s, err := session.Dial(cfg, to(f.T, w))
	if err != nil {
		f.Fatal(err)
	}
	f.until("attempts", func() bool { return len(waits) > n })
	f.stopped(f.graceful(s))
	return waits[1:]
}

func TestBackOff(t *testing.T) {
	const ms = time.Millisecond
	half := func(below time.Duration) time.Duration { return below / 2 }
	for _, tt := range []struct {
		name string
		set  func(*session.Config)
		want []time.Duration
	}{
		{"constant", func(*session.Config) {}, []time.Duration{100 * ms, 100 * ms, 100 * ms, 100 * ms}},
		{"doubled up to the maximum", func(c *session.Config) { c.Engine.ReconnectIntervalMax = time.Second },
			[]time.Duration{100 * ms, 200 * ms, 400 * ms, 800 * ms, 1000 * ms, 1000 * ms}},
		{"a maximum below the interval", func(c *session.Config) { c.Engine.ReconnectIntervalMax = 10 * ms },
			[]time.Duration{100 * ms, 100 * ms, 100 * ms}},
		{"with a random part of the interval", func(c *session.Config) { c.Engine.ReconnectIntervalMax, c.Jitter = time.Second, half },
			[]time.Duration{150 * ms, 250 * ms, 450 * ms, 850 * ms, 1050 * ms, 1050 * ms}},
		{"a maximum that is the interval", func(c *session.Config) { c.Engine.ReconnectIntervalMax = 100 * ms },
			[]time.Duration{100 * ms, 100 * ms, 100 * ms}},
		{"another interval", func(c *session.Config) { c.Engine.ReconnectInterval = 7 * ms }, []time.Duration{7 * ms, 7 * ms}},
		{"none", func(c *session.Config) { c.Engine.ReconnectInterval = 0 }, []time.Duration{0, 0, 0}},
	} {
		for _, timeout := range []time.Duration{0, time.Hour} { // the connect is refused before that
			t.Run(fmt.Sprintf("%s, connect timeout %v", tt.name, timeout), func(t *testing.T) {
				f := newFixture(t, sim.Faults{})
				cfg := f.config(&host{}, wire.PUSH)
				tt.set(cfg)
				if got := attempts(f, cfg, timeout, len(tt.want)); fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Fatalf("waited %v, want %v", got, tt.want)
				}
			})
		}
	}
}

// An attempt that takes longer than the connect timeout is cancelled; then comes the
// wait.
func TestConnectTimeout(t *testing.T) {
	for _, timeout := range []time.Duration{5 * time.Second, 1} {
		f := newFixture(t, sim.Faults{DelayDial: 1, MaxDelay: 1000 * time.Hour})
		cfg := f.config(&host{}, wire.PUSH)
		want := (timeout + cfg.Engine.ReconnectInterval).Round(time.Millisecond)
		for _, wait := range attempts(f, cfg, timeout, 4) {
			if wait != want {
				t.Fatalf("with a timeout of %v: waited %v, want %v", timeout, wait, want)
			}
		}
	}
}

// Without a connect timeout an attempt may take as long as the system lets it.
func TestNoConnectTimeout(t *testing.T) {
	f := newFixture(t, sim.Faults{DelayDial: 1, MaxDelay: 1000 * time.Hour})
	h, tried := &host{}, 0
	stop := listen(f, &host{}, wire.PULL)
	s, err := session.Dial(f.config(h, wire.PUSH), to(t, &way{tried: func() { tried++ }}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("connected", func() bool { return h.saw("attach", "connected") })
	if tried != 1 || f.net.Now() < time.Hour {
		t.Errorf("connected at %v, in attempt %d", f.net.Now(), tried)
	}
	f.stopped(f.graceful(s))
	stop()
}

// After a connection was made and lost, the waits start again at the interval.
func TestBackOffBeginsAnew(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	cfg, served := f.config(&host{}, wire.PUSH), &host{}
	cfg.Engine.ReconnectIntervalMax = time.Hour
	var tried []time.Duration
	w := &way{tried: func() { tried = append(tried, f.net.Now()) }}
	s, err := session.Dial(cfg, to(t, w))
	if err != nil {
		t.Fatal(err)
	}
	f.until("a long wait", func() bool { return len(tried) == 6 })
	peers := &session.Accepted{}
	l, err := listening(f.config(served, wire.PULL), to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	f.until("connected", func() bool { return served.saw("attach", "connected") })
	n := len(tried)
	f.stopped(l.Stop)
	lost := f.net.Now()
	f.stopped(f.graceful(peers))
	f.until("another attempt", func() bool { return len(tried) > n })
	if wait := (tried[n] - lost).Round(time.Millisecond); wait != 100*time.Millisecond {
		t.Fatalf("waited %v after the connection was lost, want 100 ms", wait)
	}
	f.stopped(f.graceful(s))
}

// With a negative interval there is one attempt, and then the peer is detached.
func TestNoReconnect(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h := &host{}
	cfg := f.config(h, wire.PUSH)
	cfg.Engine.ReconnectInterval = -1
	s, err := session.Dial(cfg, to(t, &way{}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("given up", func() bool { return h.saw("attach", "detach") })
	f.stopped(f.graceful(s))
	if !h.saw("attach", "detach") {
		t.Fatalf("the pattern was notified of %v", h.events)
	}
}

// listen accepts peers at an endpoint.
func listen(f *fixture, h *host, typ wire.SocketType) (stop func()) {
	f.Helper()
	peers := &session.Accepted{}
	l, err := listening(f.config(h, typ), to(f.T, &way{}), peers)
	if err != nil {
		f.Fatal(err)
	}
	return func() {
		f.Helper()
		f.stopped(l.Stop)
		f.stopped(f.graceful(peers))
	}
}

// A look-up that fails is repeated. The addresses are tried in order until one
// answers. The context of each look-up is cancelled.
func TestResolve(t *testing.T) {
	for _, timeout := range []time.Duration{0, time.Hour} {
		t.Run(fmt.Sprint("connect timeout ", timeout), func(t *testing.T) { resolve(t, timeout) })
	}
}

func resolve(t *testing.T, timeout time.Duration) {
	f := newFixture(t, sim.Faults{})
	h, lookups, contexts := &host{}, 0, []context.Context(nil)
	w := &way{connectTimeout: timeout, resolve: func(ctx context.Context) ([]string, error) {
		contexts = append(contexts, ctx)
		switch lookups++; lookups {
		case 1:
			return nil, errors.New("no such name yet")
		case 2:
			return nil, nil
		default:
			return []string{"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:5555"}, nil // all are tried, in order
		}
	}}
	stop := listen(f, &host{}, wire.PULL)
	cfg := f.config(h, wire.PUSH)
	s, err := session.Dial(cfg, to(t, w))
	if err != nil {
		t.Fatal(err)
	}
	f.until("connected", func() bool { return h.saw("attach", "connected") })
	if lookups != 3 {
		t.Errorf("looked up %d times, want 3", lookups)
	}
	if f.net.Now() > time.Second {
		t.Errorf("it took %v", f.net.Now())
	}
	for i, ctx := range contexts {
		if ctx.Err() == nil {
			t.Errorf("the context of look-up %d is not done", i+1)
		}
	}
	f.stopped(f.graceful(s))
	stop()
}

// At any moment a stop ends a dialer once, without waiting for its operations to
// succeed, and notifies the pattern.
func TestStopAnywhere(t *testing.T) {
	slow := sim.Faults{DelayDial: 1, MaxDelay: time.Hour}
	for _, tt := range []struct {
		name   string
		faults sim.Faults
		way    *way
		listen bool
		turns  int
	}{
		{"before it begins", sim.Faults{}, &way{}, false, 0},
		{"while it connects", slow, &way{}, false, 1},
		{"while it waits", sim.Faults{}, &way{}, false, 2},
		{"while it looks up a name", sim.Faults{}, &way{resolve: func(ctx context.Context) ([]string, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}, false, 1},
		{"while it looks up a name that is found all the same", slow, &way{resolve: func(ctx context.Context) ([]string, error) {
			<-ctx.Done()
			return []string{"127.0.0.1:5555"}, nil
		}}, false, 1},
		{"in the handshake", sim.Faults{}, &way{}, true, 2},
		{"connected", sim.Faults{}, &way{}, true, 10},
	} {
		for turns := range tt.turns + 1 {
			t.Run(fmt.Sprintf("%s, turn %d", tt.name, turns), func(t *testing.T) {
				f := newFixture(t, tt.faults)
				h := &host{}
				cfg := f.config(h, wire.PUSH)
				cfg.Engine.ReconnectInterval = time.Hour
				tt.way.connectTimeout = time.Minute
				stop := func() {}
				if tt.listen {
					stop = listen(f, &host{}, wire.PULL)
				}
				s, err := session.Dial(cfg, to(t, tt.way))
				if err != nil {
					t.Fatal(err)
				}
				for range turns {
					if _, err := f.d.Poll(); err != nil {
						t.Fatal(err)
					}
				}
				before := f.net.Now()
				f.stopped(func(done func()) {
					s.Stop(time.Second, func() {
						if session.Outstanding(s) {
							t.Error("stopped, with an operation outstanding")
						}
						done()
					})
				})
				if took := f.net.Now() - before; took > time.Second {
					t.Errorf("the stop took %v", took)
				}
				if !h.saw("attach", "detach") && !h.saw("attach", "connected", "disconnected", "detach") {
					t.Errorf("the pattern was notified of %v", h.events)
				}
				stop()
				if n := f.net.Open(); n != 0 {
					t.Errorf("%d handles left open", n)
				}
			})
		}
	}
}

// When the pattern refuses the peer, the connection is closed, and another
// attempt follows.
func TestRefusedByThePattern(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h := &host{refuse: errors.New("one is enough")}
	stop := listen(f, &host{}, wire.PULL)
	s, err := session.Dial(f.config(h, wire.PUSH), to(t, &way{}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("refused twice", func() bool { return h.saw("attach", "refuse", "refuse") })
	if now := s.Status(); !errors.Is(now.Err, h.refuse) || now.State != session.StateRetrying {
		t.Errorf("%+v", now)
	}
	h.refuse = nil
	f.until("taken", func() bool { return h.saw("attach", "refuse", "refuse", "connected") })
	f.stopped(f.graceful(s))
	stop()
}

// Where retrying soon does not help, with peers that do not fit and names that do
// not resolve, the waits grow even if the interval does not.
func TestBackOffWhereItDoesNotHelp(t *testing.T) {
	want := fmt.Sprint([]time.Duration{
		100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
		1600 * time.Millisecond, 3200 * time.Millisecond, 6400 * time.Millisecond, 10 * time.Second, 10 * time.Second,
	})
	for name, w := range map[string]*way{
		"a socket type that does not fit": {},
		"a name that does not resolve":    {resolve: func(context.Context) ([]string, error) { return nil, errors.New("no such name") }},
		"a name without an address":       {resolve: func(context.Context) ([]string, error) { return nil, nil }},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, sim.Faults{})
			stop := listen(f, &host{}, wire.PUB)
			var tried, waits []time.Duration
			w.tried = func() { tried = append(tried, f.net.Now()) }
			s, err := session.Dial(f.config(&host{}, wire.PUSH), to(t, w))
			if err != nil {
				t.Fatal(err)
			}
			f.until("ten attempts", func() bool { return len(tried) == 10 })
			for i := range tried[1:] {
				waits = append(waits, (tried[i+1] - tried[i]).Truncate(100*time.Millisecond))
			}
			if got := fmt.Sprint(waits); got != want {
				t.Errorf("waited %v, want %v", got, want)
			}
			if now := s.Status(); now.State != session.StateRetrying || now.Failures < 9 || now.Err == nil {
				t.Errorf("%+v", now)
			}
			f.stopped(f.graceful(s))
			stop()
		})
	}
}

// The longest interval means never, and adding to it does not overflow.
func TestLongestInterval(t *testing.T) {
	for name, set := range map[string]func(*session.Config){
		"interval": func(c *session.Config) { c.Engine.ReconnectInterval = math.MaxInt64 },
		"both": func(c *session.Config) {
			c.Engine.ReconnectInterval, c.Engine.ReconnectIntervalMax = math.MaxInt64, math.MaxInt64
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, sim.Faults{})
			cfg := f.config(&host{}, wire.PUSH)
			cfg.Jitter = func(below time.Duration) time.Duration { return below - 1 }
			set(cfg)
			if wait := attempts(f, cfg, 0, 1)[0].Round(time.Second); wait != time.Duration(math.MaxInt64/2).Round(time.Second) {
				t.Errorf("waited %v", wait)
			}
		})
	}
}

// Repeated failures are logged less and less often.
func TestReports(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	var log strings.Builder
	cfg := f.config(&host{}, wire.PUSH)
	cfg.Logger, cfg.Engine.ReconnectInterval = slog.New(slog.NewTextHandler(&log, nil)), time.Second
	tries := 0
	s, err := session.Dial(cfg, to(t, &way{tried: func() { tries++ }}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("100 attempts", func() bool { return tries == 101 })
	if n := strings.Count(log.String(), "not connected"); n != 7 { // 1 2 4 8 16 32 64
		t.Errorf("%d lines about 100 failures, want 7:\n%s", n, &log)
	}
	log.Reset()
	f.until("an hour", func() bool { return f.net.Now() > time.Hour })
	if n := strings.Count(log.String(), "not connected"); n < 4 || n > 16 {
		t.Errorf("%d lines in an hour:\n%s", n, &log)
	}
	log.Reset()
	stop := listen(f, &host{}, wire.PULL)
	f.until("connected", func() bool { return s.Status().State == session.StateConnected })
	if n := strings.Count(log.String(), "zmq: connected"); n != 1 {
		t.Errorf("%d lines about the success:\n%s", n, &log)
	}
	f.stopped(f.graceful(s))
	stop()
}

// Repeated losses of a connection do not fill the log.
func TestReportsOfLosses(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	var log strings.Builder
	cfg := f.config(&host{}, wire.PUSH)
	cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s, err := session.Dial(cfg, to(t, &way{}))
	if err != nil {
		t.Fatal(err)
	}
	const times = 40
	for range times {
		stop := listen(f, &host{}, wire.PULL)
		f.until("connected", func() bool { return s.Status().State == session.StateConnected })
		stop()
		f.until("lost", func() bool { return s.Status().State == session.StateRetrying })
	}
	if n := strings.Count(log.String(), "connection lost"); n != 6 { // 1 2 4 8 16 32
		t.Errorf("%d lines about %d losses, want 6:\n%s", n, times, &log)
	}
	if n := strings.Count(log.String(), "\n"); n > 30 {
		t.Errorf("%d lines:\n%s", n, &log)
	}
	f.stopped(f.graceful(s))
}
