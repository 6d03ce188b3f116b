package session_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// logTo is a logger that writes lines without a time.
func logTo(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// A failure is logged with its consequence, the endpoint and the cause. It is a
// warning if a user has to fix it.
func TestReportsOfFailures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setup func(f *fixture, cfg *session.Config) (w *way, stop func())
		want  string
	}{
		{"no listener", func(*fixture, *session.Config) (*way, func()) { return &way{}, func() {} },
			`level=INFO msg="zmq: not connected, trying again" socket=PUSH endpoint=tcp://127.0.0.1:5555 cause=`},
		{"once and never again", func(_ *fixture, cfg *session.Config) (*way, func()) {
			cfg.Engine.ReconnectInterval = -1
			return &way{}, func() {}
		}, `level=INFO msg="zmq: not connecting again" socket=PUSH endpoint=tcp://127.0.0.1:5555 cause=`},
		{"types that do not fit", func(f *fixture, _ *session.Config) (*way, func()) { return &way{}, listen(f, &host{}, wire.PUB) },
			`level=WARN msg="zmq: no handshake, connecting again" socket=PUSH endpoint=tcp://127.0.0.1:5555 cause=`},
		{"no answer in time", func(f *fixture, cfg *session.Config) (*way, func()) { return &way{}, talker(f, nil) },
			`level=WARN msg="zmq: no handshake, connecting again" socket=PUSH endpoint=tcp://127.0.0.1:5555 cause=`},
		{"a peer that is not wanted", func(f *fixture, cfg *session.Config) (*way, func()) {
			cfg.Host.(*host).refuse = errors.New("one is enough")
			return &way{}, listen(f, &host{}, wire.PULL)
		}, `level=WARN msg="zmq: no handshake, connecting again" socket=PUSH endpoint=tcp://127.0.0.1:5555 cause="one is enough" failures=1`},
		{"an unknown name", func(f *fixture, cfg *session.Config) (*way, func()) { return nowhere, func() {} },
			`level=INFO msg="zmq: name not resolved, trying again" socket=PUSH endpoint=tcp://127.0.0.1:5555 cause="no such name" failures=1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, sim.Faults{})
			var log strings.Builder
			cfg := f.config(&host{}, wire.PUSH)
			cfg.Logger = logTo(&log)
			w, stop := tt.setup(f, cfg)
			s, err := session.Dial(cfg, to(t, w))
			if err != nil {
				t.Fatal(err)
			}
			f.until("failed", func() bool { return s.Status().Failures > 0 })
			if got := log.String(); !strings.HasPrefix(got, tt.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("logged\n%s want\n%s", got, tt.want)
			}
			f.stopped(f.graceful(s))
			stop()
		})
	}
}

// nowhere is a transport on which no name resolves.
var nowhere = &way{resolve: func(context.Context) ([]string, error) { return nil, errors.New("no such name") }}

// hello returns the bytes that a peer sends in the handshake.
func hello(typ wire.SocketType) []byte {
	b := wire.AppendGreeting(nil, wire.Greeting{Major: 3, Mechanism: "NULL"})
	return wire.AppendReady(b, wire.Metadata{{Name: wire.PropertySocketType, Value: []byte(typ.String())}})
}

// talker accepts connections and sends says on each at once. It neither reads nor
// closes them.
func talker(f *fixture, says []byte) (stop func()) {
	f.Helper()
	l, err := f.d.Listen("tcp", "127.0.0.1:5555", nil)
	if err != nil {
		f.Fatal(err)
	}
	var taken []*proactor.Handle
	accept := &proactor.Operation{}
	accept.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			h := op.Handle()
			taken = append(taken, h)
			_, _ = h.TryWrite(says) // the peer may have gone
			l.Accept(op)
		}
	})
	l.Accept(accept)
	return func() {
		for _, h := range append(taken, l) {
			if err := h.Close(); err != nil {
				f.Error(err)
			}
		}
	}
}

// visit connects to the listener, calls then with the connection, and closes it.
func visit(f *fixture, then func(h *proactor.Handle)) {
	f.Helper()
	var h *proactor.Handle
	op := &proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) { h = op.Handle() })}
	f.d.Connect(op, "tcp", "127.0.0.1:5555", nil)
	f.until("connected", func() bool { return h != nil })
	then(h)
	if err := h.Close(); err != nil {
		f.Error(err)
	}
}

// A listener counts the peers that did not complete a handshake, and logs their
// addresses. Peers that leave, or are closed from this side, are not failures.
func TestReportsOfAcceptedPeers(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	var log strings.Builder
	cfg, h, peers := f.config(nil, wire.PULL), &host{}, &session.Accepted{}
	cfg.Host, cfg.Logger, cfg.Engine.Limits.MaxFrame = h, logTo(&log), 10
	l, err := listening(cfg, to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	expect := func(failures int, want string) {
		t.Helper()
		if n := l.Status().Failures; n != failures {
			t.Errorf("%d failures, want %d", n, failures)
		}
		if got := log.String(); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 {
			t.Errorf("logged\n%s want\n%s", got, want)
		}
		log.Reset()
	}

	s := dial(f, &host{})
	f.until("connected", func() bool { return h.saw("attach", "connected") })
	f.stopped(f.graceful(s))
	f.until("left", func() bool { return h.saw("attach", "connected", "disconnected", "detach") })
	expect(0, `level=INFO msg="zmq: peer left" socket=PULL endpoint=127.0.0.1:`)

	visit(f, func(*proactor.Handle) {})
	f.until("a failure", func() bool { return log.Len() > 0 })
	expect(1, `level=INFO msg="zmq: no handshake with a peer" socket=PULL endpoint=127.0.0.1:`)

	visit(f, func(peer *proactor.Handle) {
		tooLarge := wire.AppendFrameHeader(hello(wire.PUSH), 0, 11)
		if _, err := peer.TryWrite(tooLarge); err != nil {
			t.Fatal(err)
		}
		f.until("a failure", func() bool { return log.Len() > 0 })
	})
	expect(2, `level=WARN msg="zmq: peer disconnected" socket=PULL endpoint=127.0.0.1:`)
	if h.refused != 1 {
		t.Errorf("%d messages counted as refused, want 1", h.refused)
	}

	visit(f, func(*proactor.Handle) {
		for range 5 { // until the listener has accepted it
			if _, err := f.d.Poll(); err != nil {
				t.Fatal(err)
			}
		}
		f.stopped(l.Stop)
		f.stopped(f.graceful(peers))
	})
	expect(2, `level=INFO msg="zmq: peer left" socket=PULL endpoint=127.0.0.1:`)
}

// The first successful accept after failed ones is logged once, if one of the
// failures was: failures are logged ever more rarely.
func TestReportsOfAccepting(t *testing.T) {
	f := newFixture(t, sim.Faults{AbortAccept: 0.5})
	var log strings.Builder
	cfg, peers := f.config(&host{}, wire.PULL), &session.Accepted{}
	cfg.Logger = logTo(&log)
	l, err := listening(cfg, to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	var dialers []*session.Dialer
	for range 60 {
		dialers = append(dialers, dial(f, &host{}))
	}
	f.until("all connected", func() bool { return len(peers.Peers()) == len(dialers) })
	again := strings.Count(log.String(), `level=INFO msg="zmq: accepting again" socket=PULL endpoint=tcp://127.0.0.1:5555`)
	if failed := int(f.net.Counts()["AbortAccept"]); again == 0 || again > failed || again >= len(dialers) {
		t.Errorf("%d accepts failed, %d times it was reported that they succeed again:\n%s", failed, again, &log)
	}
	if reported := strings.Count(log.String(), "zmq: accept failed"); again > reported {
		t.Errorf("%d failures are logged, and %d times that accepts succeed again", reported, again)
	}
	f.stopped(l.Stop)
	f.stopped(f.graceful(peers))
	for _, s := range dialers {
		f.stopped(f.graceful(s))
	}
}

// Once accepts succeed again, that is logged with the first of them only.
func TestReportOfAcceptingAgain(t *testing.T) {
	f := newFixture(t, sim.Faults{AbortAccept: 1})
	var log strings.Builder
	cfg, peers := f.config(&host{}, wire.PULL), &session.Accepted{}
	cfg.Logger = logTo(&log)
	l, err := listening(cfg, to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	var dialers []*session.Dialer
	for range 3 {
		dialers = append(dialers, dial(f, &host{}))
	}
	f.until("failures", func() bool { return l.Status().Failures == 2 })
	f.net.Calm()
	f.until("all connected", func() bool { return len(peers.Peers()) == len(dialers) })
	if n := strings.Count(log.String(), "zmq: accepting again"); n != 1 {
		t.Errorf("%d reports that accepts succeed again, want 1:\n%s", n, &log)
	}
	f.stopped(l.Stop)
	f.stopped(f.graceful(peers))
	for _, s := range dialers {
		f.stopped(f.graceful(s))
	}
}
