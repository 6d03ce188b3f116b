package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// failing is a transport whose attempts fail.
type failing struct {
	transport.Transport
	with  error
	tried []time.Duration
}

func (f *failing) Dial(d *proactor.Dispatcher, _ endpoint.Endpoint, done func(stream.Stream, error)) transport.Attempt {
	f.tried = append(f.tried, d.Now())
	d.Post(&proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { done(nil, f.with) })})
	return f
}

func (f *failing) Cancel() {}

// The step that fails decides the event, and a step that would fail again soon is
// tried less and less often.
func TestStepsThatFail(t *testing.T) {
	for _, tt := range []struct {
		step      transport.Step
		permanent bool
		want      session.EventKind
		slowly    bool
	}{
		{transport.StepResolve, false, session.EventNotResolved, true},
		{transport.StepConnect, false, session.EventConnectFailed, false},
		{transport.StepConnect, true, session.EventConnectFailed, true},
		{transport.StepHandshake, false, session.EventHandshakeFailed, false},
		{transport.StepHandshake, true, session.EventHandshakeFailed, true},
	} {
		t.Run(fmt.Sprint(tt.step, ", permanent ", tt.permanent), func(t *testing.T) {
			f := newFixture(t, sim.Faults{})
			broken := &failing{with: &transport.Error{Step: tt.step, Err: errors.New("no"), Permanent: tt.permanent}}
			ep, seen, cfg := to(t, nil), &observed{}, f.config(&host{}, wire.PUSH)
			ep.Transport, cfg.Observe = broken, seen.observe
			s, err := session.Dial(cfg, ep)
			if err != nil {
				t.Fatal(err)
			}
			f.until("attempts", func() bool { return len(broken.tried) == 4 })
			if want := []session.EventKind{session.EventConnecting, tt.want, session.EventRetry}; !slices.Equal(seen.kinds[:3], want) {
				t.Errorf("%v, want %v", seen.kinds[:3], want)
			}
			for i := range 3 {
				want := 100 * time.Millisecond
				if tt.slowly {
					want <<= i
				}
				if wait := (broken.tried[i+1] - broken.tried[i]).Round(10 * time.Millisecond); wait != want {
					t.Errorf("wait %d took %v, want %v", i+1, wait, want)
				}
			}
			f.stopped(f.graceful(s))
		})
	}
}

// A Dialer that is stopped reports how its attempt or its connection ended, and
// that is no failure.
func TestEventsOfAStop(t *testing.T) {
	for _, tt := range []struct {
		name  string
		until session.EventKind // of the Dialer, before the stop
		slow  bool              // the connect takes long
		want  []session.EventKind
	}{
		{"connecting", session.EventConnecting, true, []session.EventKind{session.EventConnectFailed}},
		{"in the handshake", session.EventConnected, false, []session.EventKind{session.EventHandshakeFailed}},
		{"connected", session.EventHandshakeSucceeded, false, []session.EventKind{session.EventDisconnected}},
		{"waiting", session.EventRetry, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			faults := sim.Faults{}
			if tt.slow {
				faults = sim.Faults{DelayDial: 1, MaxDelay: time.Hour}
			}
			f := newFixture(t, faults)
			stop := func() {}
			if tt.until != session.EventRetry {
				stop = listen(f, &host{}, wire.PULL)
			}
			var log strings.Builder
			seen, cfg := &observed{}, f.config(&host{}, wire.PUSH)
			cfg.Observe, cfg.Logger = seen.observe, logTo(&log)
			s, err := session.Dial(cfg, to(t, &way{}))
			if err != nil {
				t.Fatal(err)
			}
			f.until("an event", func() bool { return slices.Contains(seen.kinds, tt.until) })
			n, before := len(seen.kinds), s.Status()
			log.Reset()
			f.stopped(f.graceful(s))
			if want := append(tt.want, session.EventClosed); !slices.Equal(seen.kinds[n:], want) {
				t.Errorf("%v, want %v", seen.kinds[n:], want)
			}
			if now := s.Status(); now != before || log.Len() > 0 {
				t.Errorf("%+v became %+v, logged %q", before, now, &log)
			}
			stop()
		})
	}
}

// idle is an engine without an operation: closing it is complete at once.
type idle struct {
	engine.Engine
	engine.Connection
}

func (i *idle) Start()             {}
func (i *idle) Inbox() *pipe.Inbox { return nil }
func (i *idle) Close(cause error) {
	_ = i.Stream.Close()
	i.Session.Closed(i, cause, nil)
}
func (i *idle) CloseGracefully(cause error, _ time.Duration) { i.Close(cause) }

// A stop is complete once, also if its connection is closed before Close returns.
func TestStopOfAnIdleConnection(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	newEngine := func(_ *engine.Config, c engine.Connection) engine.Engine { return &idle{Connection: c} }
	h, served := &host{}, &observed{}
	cfg, listens := f.config(h, wire.PUSH), f.config(&host{}, wire.PULL)
	cfg.NewEngine, listens.NewEngine, listens.Observe = newEngine, newEngine, served.observe
	peers := &session.Accepted{}
	l, err := listening(listens, to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	s, err := session.Dial(cfg, to(t, &way{}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("accepted", func() bool { return slices.Contains(served.kinds, session.EventAccepted) })
	f.stopped(f.graceful(s))
	if !h.saw("attach", "detach") {
		t.Errorf("the pattern was notified of %v", h.events)
	}
	f.stopped(l.Stop)
	f.stopped(f.graceful(peers))
}

// A Dialer that is to try once ends with the failure and its state.
func TestEventsOfOneAttempt(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	seen, cfg := &observed{}, f.config(&host{}, wire.PUSH)
	cfg.Observe, cfg.Engine.ReconnectInterval = seen.observe, -1
	s, err := session.Dial(cfg, to(t, &way{}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("given up", func() bool { return s.Status().State == session.StateGivenUp })
	if now := s.Status(); now.Failures != 1 || now.Err == nil {
		t.Errorf("%+v", now)
	}
	f.stopped(f.graceful(s))
	want := []session.EventKind{session.EventConnecting, session.EventConnectFailed, session.EventGivenUp, session.EventClosed}
	if !slices.Equal(seen.kinds, want) {
		t.Errorf("%v, want %v", seen.kinds, want)
	}
	for _, e := range seen.events[1:3] {
		if e.Cause == nil || e.Where != here {
			t.Errorf("%+v", e)
		}
	}
}

// A connection that came to no stream is a failure of the peer, not of accepting.
func TestRefusedByTheTransport(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	var log strings.Builder
	seen, cfg := &observed{}, f.config(&host{}, wire.PULL)
	cfg.Observe, cfg.Logger = seen.observe, logTo(&log)
	l, err := session.Listen(context.Background(), cfg, to(t, &way{}), &session.Accepted{})
	if err != nil {
		t.Fatal(err)
	}
	l.Start()
	log.Reset()
	bad := errors.New("bad certificate")
	l.Failed("192.0.2.1:7", bad)
	want := session.Event{Kind: session.EventPeerRefused, Where: "192.0.2.1:7", Cause: bad}
	if got := seen.events[1:]; len(got) != 1 || got[0] != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if now := l.Status(); now.State != session.StateListening || now.Err != bad || now.Failures != 1 {
		t.Errorf("%+v", now)
	}
	if got, want := log.String(), `level=INFO msg="zmq: no handshake with a peer" socket=PULL endpoint=192.0.2.1:7 cause="bad certificate" failures=1`; !strings.HasPrefix(got, want) {
		t.Errorf("logged\n%s want\n%s", got, want)
	}
	if n := l.Queued(); n != 0 {
		t.Errorf("%d messages are queued", n)
	}
	f.stopped(l.Stop)
}
