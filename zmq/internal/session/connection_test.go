package session_test

import (
	"errors"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A Dialer releases the state of the attempt once it is connected.
func TestAttemptIsForgotten(t *testing.T) {
	for name, serve := range map[string]func(f *fixture) (stop func()){
		"a peer that answers":       func(f *fixture) func() { return listen(f, &host{}, wire.PULL) },
		"a peer that does not wait": func(f *fixture) func() { return talker(f, hello(wire.PULL)) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, sim.Faults{})
			stop := serve(f)
			h := &host{}
			cfg := f.config(h, wire.PUSH)
			s, err := session.Dial(cfg, to(t, &way{connectTimeout: time.Hour}))
			if err != nil {
				t.Fatal(err)
			}
			f.until("connected", func() bool { return h.saw("attach", "connected") })
			if session.Attempting(s) {
				t.Error("the memory is still there")
			}
			s.Stop(0, func() { h.note("stopped") })
			f.until("stopped", func() bool { return h.saw("attach", "connected", "disconnected", "detach", "stopped") })
			stop()
		})
	}
}

// A handshake that fails after a connection was lost is not a second loss.
func TestHandshakeFailsAfterALoss(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	stop := listen(f, &host{}, wire.PULL)
	h := &host{}
	s := dial(f, h)
	f.until("connected", func() bool { return h.saw("attach", "connected") })
	stop()
	f.until("lost", func() bool { return h.saw("attach", "connected", "disconnected") })
	stop = listen(f, &host{}, wire.PUB)
	f.until("a handshake that fails", func() bool { return errors.Is(s.Status().Err, mechanism.ErrIncompatible) })
	if !h.saw("attach", "connected", "disconnected") {
		t.Errorf("the pattern was notified of %v", h.events)
	}
	f.stopped(f.graceful(s))
	stop()
}

// A ROUTER can close an accepted connection when another peer takes its routing
// id. No other type needs that.
func TestHangUp(t *testing.T) {
	for _, typ := range []wire.SocketType{wire.ROUTER, wire.DEALER} {
		f := newFixture(t, sim.Faults{})
		h := &host{}
		stop := listen(f, h, typ)
		s, err := session.Dial(f.config(&host{}, wire.DEALER), to(t, &way{}))
		if err != nil {
			t.Fatal(err)
		}
		f.until("connected", func() bool { return h.saw("attach", "connected") })
		if hangUp := h.last.HangUp; typ != wire.ROUTER {
			if hangUp != nil {
				t.Errorf("%v can hang up", typ)
			}
		} else {
			hangUp()
			f.until("hung up on", func() bool { return h.saw("attach", "connected", "disconnected", "detach") })
		}
		f.stopped(f.graceful(s))
		stop()
	}
}

// A stop waits up to the timeout for a peer that does not leave; CloseNow ends
// the wait.
func TestCloseNow(t *testing.T) {
	for _, closeNow := range []bool{false, true} {
		f := newFixture(t, sim.Faults{})
		stop := talker(f, hello(wire.PULL))
		h := &host{}
		s := dial(f, h)
		f.until("connected", func() bool { return h.saw("attach", "connected") })
		before, want := f.net.Now(), time.Hour
		stopped := false
		s.Stop(want, func() { stopped = true })
		if closeNow {
			want = 0
			s.CloseNow()
		}
		f.until("stopped", func() bool { return stopped })
		if took := (f.net.Now() - before).Round(time.Second); took != want {
			t.Errorf("it took %v, want %v", took, want)
		}
		s.CloseNow() // after the end: it does nothing
		stop()
	}
}

// A message that exceeds a limit is counted each time it arrives.
func TestDialedPeerExceedsALimit(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	stop := talker(f, wire.AppendFrameHeader(hello(wire.PUSH), 0, 11))
	h := &host{}
	cfg := f.config(h, wire.PULL)
	cfg.Engine.Limits.MaxFrame = 10
	s, err := session.Dial(cfg, to(t, &way{}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("refused thrice", func() bool { return h.refused == 3 })
	f.stopped(f.graceful(s))
	stop()
}
