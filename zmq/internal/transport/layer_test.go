package transport_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/tcp"
)

const here = "tcp://127.0.0.1:5555"

// fixture is a layer on tcp, on a simulated network. Its handshake waits for one
// byte from the peer, and the result is the stream below.
type fixture struct {
	*testing.T
	net   *sim.Network
	d     *proactor.Dispatcher
	ep    endpoint.Endpoint
	layer transport.Layer
	wrong error // what the handshake fails with once it is done; nil: it succeeds
}

// config has the defaults.
func config() *transport.Config {
	return &transport.Config{Resolved: option.Resolve(new(option.Values))}
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{T: t, net: sim.NewNetwork(1, sim.Faults{})}
	var err error
	if f.d, err = proactor.New(proactor.Options{Backend: f.net}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.d.Close(); err != nil {
			t.Error(err)
		}
	})
	if f.ep, err = endpoint.Parse(here); err != nil {
		t.Fatal(err)
	}
	f.layer = transport.Layer{Below: tcp.New(config()), Timeout: time.Minute, Handshake: f.handshake}
	return f
}

func (f *fixture) handshake(_ transport.Handshake, s stream.Stream, done func(stream.Stream, error)) {
	op := &proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		switch {
		case op.Err() != nil:
			done(nil, op.Err())
		case f.wrong != nil:
			done(nil, f.wrong)
		default:
			done(s, nil)
		}
	})}
	s.Read(op, make([]byte, 1))
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

// nothingOpen checks that no handle is left.
func (f *fixture) nothingOpen() {
	f.Helper()
	if n := f.net.Open(); n != 0 {
		f.Errorf("%d handles are open", n)
	}
}

// results are the calls of a callback.
type results struct {
	streams []stream.Stream
	errs    []error
}

func (r *results) done(s stream.Stream, err error) {
	r.streams, r.errs = append(r.streams, s), append(r.errs, err)
}

// peer is a plain connection with the other side, or the listener for it.
func (f *fixture) peer(dial bool) (h **proactor.Handle) {
	h = new(*proactor.Handle)
	op := &proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) { *h = op.Handle() })}
	if dial {
		f.d.Connect(op, "tcp", "127.0.0.1:5555", nil)
		return h
	}
	l, err := f.d.Listen("tcp", "127.0.0.1:5555", nil)
	if err != nil {
		f.Fatal(err)
	}
	op.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		*h = op.Handle()
		if err := l.Close(); err != nil {
			f.Error(err)
		}
	})
	l.Accept(op)
	return h
}

// A cancel at any moment ends a Dial with one call of done, with an error, and
// nothing is left open; also when the handshake is done at the same time.
func TestCancelDial(t *testing.T) {
	for _, speaks := range []bool{false, true} {
		for rounds := range 12 {
			t.Run(fmt.Sprintf("peer speaks %v, round %d", speaks, rounds), func(t *testing.T) {
				f := newFixture(t)
				h, got := f.peer(false), &results{}
				attempt := f.layer.Dial(f.d, f.ep, got.done)
				said := false
				for range rounds {
					if _, err := f.d.Poll(); err != nil {
						t.Fatal(err)
					}
					if speaks && !said && *h != nil {
						said = true
						if _, err := (*h).TryWrite([]byte("x")); err != nil {
							t.Fatal(err)
						}
					}
				}
				cancelled := len(got.errs) == 0
				if cancelled {
					attempt.Cancel()
				}
				f.until("done", func() bool { return len(got.errs) > 0 })
				f.idle()
				if len(got.errs) != 1 {
					t.Fatalf("done was called %d times", len(got.errs))
				}
				if s, err := got.streams[0], got.errs[0]; cancelled && (s != nil || !errors.Is(err, proactor.ErrCanceled)) {
					t.Errorf("done got %v, %v", s, err)
				} else if !cancelled && (s == nil || err != nil) {
					t.Errorf("done got %v, %v", s, err)
				} else if s != nil {
					_ = s.Close()
				}
				f.until("accepted", func() bool { return *h != nil })
				_ = (*h).Close()
				f.nothingOpen()
			})
		}
	}
}

// acceptor records what a Listener reports.
type acceptor struct {
	streams []stream.Stream
	from    []string
	errs    []error
}

func (a *acceptor) Accepted(s stream.Stream) { a.streams = append(a.streams, s) }
func (a *acceptor) Failed(from string, err error) {
	a.from, a.errs = append(a.from, from), append(a.errs, err)
}

func (f *fixture) listen(a *acceptor) transport.Listener {
	f.Helper()
	l, err := f.layer.Listen(context.Background(), f.d, f.ep)
	if err != nil {
		f.Fatal(err)
	}
	if l.Endpoint() != here {
		f.Errorf("bound to %s", l.Endpoint())
	}
	l.Start(a)
	return l
}

// stop stops a listener, and checks that done is called once.
func (f *fixture) stop(l transport.Listener) {
	f.Helper()
	calls := 0
	l.Stop(func() { calls++ })
	f.until("stopped", func() bool { return calls > 0 })
	if f.idle(); calls != 1 {
		f.Errorf("done was called %d times", calls)
	}
}

// A Listener delivers streams whose handshake has succeeded, and reports the
// others with the peer's address. Stop ends handshakes in progress without a
// report.
func TestListen(t *testing.T) {
	f := newFixture(t)
	a := &acceptor{}
	l := f.listen(a)
	bad := errors.New("bad word")
	for n, wrong := range []error{nil, bad, &transport.Error{Step: transport.StepHandshake, Err: bad, Permanent: true}, nil} {
		f.wrong = wrong
		h := f.peer(true)
		f.until("connected", func() bool { return *h != nil })
		if _, err := (*h).TryWrite([]byte("x")); err != nil {
			t.Fatal(err)
		}
		f.until("a result", func() bool { return len(a.streams)+len(a.errs) == n+1 })
		_ = (*h).Close()
	}
	if len(a.streams) != 2 || len(a.errs) != 2 || f.net.Now() > time.Second {
		t.Fatalf("%d streams and the errors %v after %v", len(a.streams), a.errs, f.net.Now())
	}
	for i, permanent := range []bool{false, true} {
		e, ok := a.errs[i].(*transport.Error)
		if !ok || e.Step != transport.StepHandshake || e.Permanent != permanent || !errors.Is(e, bad) || e.Error() != bad.Error() || a.from[i] == "" {
			t.Errorf("%q: %+v", a.from[i], a.errs[i])
		}
	}
	silent := f.peer(true)
	f.until("connected", func() bool { return *silent != nil })
	f.idle()
	f.stop(l)
	for _, s := range a.streams {
		_ = s.Close()
	}
	_ = (*silent).Close()
	if len(a.streams) != 2 || len(a.errs) != 2 {
		t.Errorf("%d streams and the errors %v after the stop", len(a.streams), a.errs)
	}
	f.nothingOpen()
}

// A handshake that exceeds its limit fails, and the connection is closed.
func TestHandshakeLimit(t *testing.T) {
	for _, limit := range []time.Duration{time.Minute, 1} {
		f := newFixture(t)
		f.layer.Timeout = limit
		a := &acceptor{}
		l := f.listen(a)
		h := f.peer(true)
		f.until("a failure", func() bool { return len(a.errs) > 0 })
		if took := f.net.Now().Round(time.Second); took != limit.Round(time.Second) || !errors.Is(a.errs[0], transport.ErrHandshakeTimeout) {
			t.Errorf("a limit of %v: %v after %v", limit, a.errs[0], took)
		}
		_ = (*h).Close()
		f.stop(l)
		f.nothingOpen()
	}
}

// Of too many handshakes in progress the oldest fails, and its connection is
// closed. Those that are done do not count.
func TestTooManyHandshakes(t *testing.T) {
	f := newFixture(t)
	transport.LimitHandshakes(&f.layer, 3)
	a := &acceptor{}
	l := f.listen(a)
	var peers []**proactor.Handle
	connect := func() {
		h := f.peer(true)
		f.until("connected", func() bool { return *h != nil })
		f.idle()
		peers = append(peers, h)
	}
	for range 5 {
		connect()
	}
	for n := range a.errs {
		if !errors.Is(a.errs[n], transport.ErrTooManyHandshakes) || a.from[n] != (*peers[n]).LocalAddr().String() {
			t.Errorf("%s: %v", a.from[n], a.errs[n])
		}
	}
	if len(a.errs) != 2 || len(a.streams) != 0 {
		t.Fatalf("%d handshakes have failed, and %d are done; want 2 and none", len(a.errs), len(a.streams))
	}
	if _, err := (*peers[4]).TryWrite([]byte("x")); err != nil {
		t.Fatal(err)
	}
	f.until("a stream", func() bool { return len(a.streams) == 1 })
	connect()
	if len(a.errs) != 2 {
		t.Errorf("%d handshakes have failed with three in progress, want 2", len(a.errs))
	}
	f.stop(l)
	_ = a.streams[0].Close()
	for _, h := range peers {
		_ = (*h).Close()
	}
	f.nothingOpen()
}

// A transport is found by the scheme of an endpoint, and each scheme is registered
// once.
func TestRegister(t *testing.T) {
	f := newFixture(t)
	c := config()
	if got, ok := transport.For(f.ep, c); !ok || got != tcp.New(c) {
		t.Errorf("%v, %v", got, ok)
	}
	if got, ok := transport.For(endpoint.Endpoint{Transport: "none"}, c); ok || got != nil {
		t.Errorf("%v, %v", got, ok)
	}
	defer func() {
		if recover() == nil {
			t.Error("a scheme was registered twice")
		}
	}()
	transport.Register(endpoint.TCP, func(*transport.Config) transport.Transport { return nil })
}
