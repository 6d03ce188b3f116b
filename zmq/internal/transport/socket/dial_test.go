package socket_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/socket"
)

const (
	here    = "127.0.0.1:5555"
	nowhere = "127.0.0.1:1"
)

// configured returns the configuration of a transport with a connect timeout; 0: none.
func configured(connectTimeout time.Duration) *transport.Config {
	return &transport.Config{Resolved: option.Resolve(&option.Values{ConnectTimeout: connectTimeout})}
}

// fixture is a simulated network.
type fixture struct {
	*testing.T
	net *sim.Network
	d   *proactor.Dispatcher
}

func newFixture(t *testing.T, faults sim.Faults) *fixture {
	f := &fixture{T: t, net: sim.NewNetwork(1, faults)}
	var err error
	if f.d, err = proactor.New(proactor.Options{Backend: f.net}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.d.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// until runs the dispatcher until ok.
func (f *fixture) until(what string, ok func() bool) {
	f.Helper()
	for !ok() {
		if _, err := f.d.RunOne(f.Context()); err != nil {
			f.Fatalf("did not happen: %s: %v", what, err)
		}
	}
}

// idle runs what is due now.
func (f *fixture) idle() {
	f.Helper()
	for range 10 {
		if _, err := f.d.Poll(); err != nil {
			f.Fatal(err)
		}
	}
}

// listen accepts one connection.
func (f *fixture) listen() (accepted **proactor.Handle) {
	l, err := f.d.Listen("tcp", here, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = l.Close() })
	accepted = new(*proactor.Handle)
	l.Accept(&proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) { *accepted = op.Handle() })})
	return accepted
}

// result is what an attempt has given its callback.
type result struct {
	calls int
	s     stream.Stream
	err   error
}

func (x *result) done(s stream.Stream, err error) { x.calls, x.s, x.err = x.calls+1, s, err }

func target(address string) socket.Target { return socket.Target{Network: "tcp", Address: address} }

// found is a look-up that finds targets.
func found(targets ...socket.Target) func(context.Context) ([]socket.Target, error) {
	return func(context.Context) ([]socket.Target, error) { return targets, nil }
}

// resolve carries a look-up and its connects out.
func (f *fixture) resolve(c *transport.Config, lookUp func(context.Context) ([]socket.Target, error)) *result {
	f.Helper()
	got := &result{}
	socket.Resolve(f.d, c, lookUp, got.done)
	f.until("done", func() bool { return got.calls > 0 })
	if f.idle(); got.calls != 1 {
		f.Errorf("done was called %d times", got.calls)
	}
	return got
}

// The targets are tried in order; the first that accepts gives the stream, and the
// error of the last is that of the attempt.
func TestTargetsInOrder(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	peer := f.listen()
	got := f.resolve(configured(0), found(target(nowhere), target(here), target("127.0.0.1:2")))
	if got.err != nil || got.s == nil || got.s.RemoteAddr().String() != here {
		t.Fatalf("%v, %v", got.s, got.err)
	}
	f.until("accepted", func() bool { return *peer != nil })
	_, _ = got.s.Close(), (*peer).Close()
	got = f.resolve(configured(0), found(target("127.0.0.1:2"), target(nowhere)))
	if e := (*transport.Error)(nil); got.s != nil || !errors.Is(got.err, syscall.ECONNREFUSED) || errors.As(got.err, &e) {
		t.Errorf("%v, %v", got.s, got.err)
	}
}

// A look-up that fails, or finds nothing, is an error of its step.
func TestLookUpFails(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	none := errors.New("no such name")
	for _, lookUp := range []func(context.Context) ([]socket.Target, error){
		found(),
		func(context.Context) ([]socket.Target, error) { return nil, none },
	} {
		got := f.resolve(configured(0), lookUp)
		if e := (*transport.Error)(nil); got.s != nil || !errors.As(got.err, &e) || e.Step != transport.StepResolve || e.Permanent {
			t.Errorf("%v, %v", got.s, got.err)
		}
	}
}

// A connection comes from the target's source.
func TestSource(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	peer := f.listen()
	to := target(here)
	to.Source = "127.0.0.2:99"
	got := &result{}
	socket.Connect(f.d, configured(0), to, got.done)
	f.until("connected", func() bool { return got.calls > 0 && *peer != nil })
	if got.err != nil || (*peer).RemoteAddr().String() != to.Source {
		t.Errorf("%v, from %v", got.err, (*peer).RemoteAddr())
	}
	_, _ = got.s.Close(), (*peer).Close()
}

// Each connect has the timeout, and no timeout is no limit.
func TestConnectTimeout(t *testing.T) {
	for _, limit := range []time.Duration{time.Minute, 0} {
		f := newFixture(t, sim.Faults{DelayDial: 1, MaxDelay: 1000 * time.Hour})
		peer := f.listen()
		got := f.resolve(configured(limit), found(target(here), target(here)))
		took := f.net.Now().Round(time.Second)
		if limit > 0 {
			if got.s != nil || !errors.Is(got.err, proactor.ErrDeadlineExceeded) || took != 2*limit {
				t.Errorf("two connects of %v: %v, %v after %v", limit, got.s, got.err, took)
			}
			continue
		}
		if got.err != nil || took < time.Hour {
			t.Fatalf("no limit: %v after %v", got.err, took)
		}
		f.until("accepted", func() bool { return *peer != nil })
		_, _ = got.s.Close(), (*peer).Close()
	}
}

// A cancel at any moment ends an attempt with one call of done, with an error, and
// nothing is left open.
func TestCancelAnywhere(t *testing.T) {
	for _, name := range []string{"address", "name", "name that is found all the same"} {
		for rounds := range 6 {
			t.Run(fmt.Sprintf("%s, round %d", name, rounds), func(t *testing.T) {
				f := newFixture(t, sim.Faults{CancelLoses: 1})
				peer, got := f.listen(), &result{}
				var attempt transport.Attempt
				switch name {
				case "address":
					attempt = socket.Connect(f.d, configured(0), target(here), got.done)
				case "name":
					attempt = socket.Resolve(f.d, configured(0), found(target(nowhere), target(here)), got.done)
				default:
					attempt = socket.Resolve(f.d, configured(0), func(ctx context.Context) ([]socket.Target, error) {
						<-ctx.Done()
						return []socket.Target{target(here)}, nil
					}, got.done)
				}
				for range rounds {
					if _, err := f.d.Poll(); err != nil {
						t.Fatal(err)
					}
				}
				cancelled := got.calls == 0
				if cancelled {
					attempt.Cancel()
				}
				f.until("done", func() bool { return got.calls > 0 })
				f.idle()
				if got.calls != 1 || cancelled && (got.s != nil || got.err != proactor.ErrCanceled) || !cancelled && got.err != nil {
					t.Errorf("%d calls: %v, %v", got.calls, got.s, got.err)
				}
				if got.s != nil {
					_ = got.s.Close()
				}
				if *peer != nil {
					_ = (*peer).Close()
				}
				if n := f.net.Open(); n != 1 { // the listener
					t.Errorf("%d handles are open", n-1)
				}
			})
		}
	}
}
