package session_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A peer that is accepted while the socket stops is disconnected.
func TestAcceptedAfterStop(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h, peers := &host{}, &session.Accepted{}
	l, err := listening(f.config(h, wire.PULL), to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	f.stopped(f.graceful(peers))
	s := dial(f, &host{})
	f.until("hung up on", func() bool { return s.Status().Failures > 0 || len(h.events) > 0 })
	if !h.saw() {
		t.Errorf("the pattern was notified of %v", h.events)
	}
	f.stopped(f.graceful(s))
	f.stopped(l.Stop)
	f.until("no peer left", func() bool { return len(peers.Peers()) == 0 })
}

// A name that does not resolve is looked up at growing intervals. Once it
// resolves, a peer that is not there is tried at the normal interval again.
func TestIntervalOnceANameResolves(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	var begun []time.Duration
	const failing = 6
	w := &way{tried: func() { begun = append(begun, f.d.Now()) }}
	w.resolve = func(context.Context) ([]string, error) {
		if len(begun) <= failing {
			return nil, errors.New("no such host")
		}
		return []string{"127.0.0.1:5556"}, nil
	}
	s, err := session.Dial(f.config(&host{}, wire.PUSH), to(t, w))
	if err != nil {
		t.Fatal(err)
	}
	f.until("attempts", func() bool { return len(begun) == failing+6 })
	for i := range begun[1:] {
		wait, want := begun[i+1]-begun[i], 100*time.Millisecond
		if i < failing {
			want <<= i
		}
		if wait < want || wait > want+10*time.Millisecond {
			t.Errorf("attempt %d comes %v after the one before, want %v", i+1, wait, want)
		}
	}
	f.stopped(f.graceful(s))
}
