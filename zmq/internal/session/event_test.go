package session_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// observed records events.
type observed struct {
	kinds  []session.EventKind
	events []session.Event
}

func (o *observed) observe(e session.Event) {
	o.kinds, o.events = append(o.kinds, e.Kind), append(o.events, e)
}

// Each step of a connection's life is an event, on both sides. Failures and ends
// have a cause, and a retry has its delay.
func TestEvents(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	mine, theirs := &observed{}, &observed{}
	cfg := f.config(&host{}, wire.PUSH)
	cfg.Observe = mine.observe
	s, err := session.Dial(cfg, to(t, &way{}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("a retry", func() bool { return slices.Contains(mine.kinds, session.EventRetry) })
	if e := mine.events[len(mine.events)-1]; e.Delay != 100*time.Millisecond || e.Where != here {
		t.Errorf("%+v", e)
	}
	peers, listening := &session.Accepted{}, f.config(&host{}, wire.PULL)
	listening.Observe = theirs.observe
	l, err := session.Listen(f.ctx, listening, to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	l.Start()
	f.until("connected", func() bool { return len(peers.Peers()) == 1 })
	f.stopped(l.Stop)
	f.stopped(f.graceful(peers))
	f.until("lost", func() bool { return slices.Contains(mine.kinds, session.EventDisconnected) })
	f.stopped(f.graceful(s))
	want := []session.EventKind{
		session.EventConnecting, session.EventConnectFailed, session.EventRetry,
		session.EventConnecting, session.EventConnected, session.EventHandshakeSucceeded,
		session.EventDisconnected, session.EventRetry, session.EventClosed,
	}
	if fmt.Sprint(mine.kinds) != fmt.Sprint(want) {
		t.Errorf("the side that dials: %v, want %v", mine.kinds, want)
	}
	want = []session.EventKind{
		session.EventListening, session.EventAccepted, session.EventPeerEstablished,
		session.EventListenerClosed, session.EventPeerLeft,
	}
	if fmt.Sprint(theirs.kinds) != fmt.Sprint(want) {
		t.Errorf("the side that accepts: %v, want %v", theirs.kinds, want)
	}
	for _, e := range slices.Concat(mine.events, theirs.events) {
		switch e.Kind {
		case session.EventConnectFailed, session.EventDisconnected, session.EventPeerLeft:
			if e.Cause == nil {
				t.Errorf("%+v has no cause", e)
			}
		}
		if e.Where == "" {
			t.Errorf("%+v is nowhere", e)
		}
	}
}
