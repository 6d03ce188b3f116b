package session_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A Dialer does not connect again while messages of earlier connections fill the
// receive high-water mark. It does once they are received.
func TestBacklogFull(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	says := hello(wire.PUSH)
	for range 2 {
		says = append(wire.AppendFrameHeader(says, 0, 1), 'x')
	}
	stop := talker(f, says)
	h, seen, tried := &host{limits: pipe.Limits{Msgs: 2}}, &observed{}, 0
	cfg := f.config(h, wire.PULL)
	cfg.Observe, cfg.Engine.RecvLimits = seen.observe, h.limits
	s, err := session.Dial(cfg, to(t, &way{tried: func() { tried++ }}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("two messages", func() bool { return h.in != nil && h.in.Unread(true) == 2 })
	stop()
	f.until("refused thrice", func() bool { return s.Status().Failures == 4 }) // with the loss
	last := seen.events[len(seen.events)-2]                                    // before the retry
	if tried != 1 || last.Kind != session.EventBacklogFull || last.Cause != s.Status().Err {
		t.Errorf("%d attempts, %+v", tried, last)
	}
	stop = talker(f, hello(wire.PUSH))
	for m, ok := h.in.Next(); ok; m, ok = h.in.Next() {
		m.Release()
	}
	f.until("connected again", func() bool { return h.saw("attach", "connected", "disconnected", "connected") })
	f.stopped(f.graceful(s))
	stop()
}

// send queues a message for the peer, and wakes the connection.
func (h *host) send(p *pipe.Peer, size int) {
	h.mu.Lock()
	p.Out.Put(message.Single(make([]byte, size)))
	c := p.Out.Activate()
	h.mu.Unlock()
	if c != nil {
		c.Wake(false)
	}
}

// more is a message that does not fit into a simulated stream.
const more = 200_000

// What a connection has not wholly written leaves on the next one.
func TestUnsentMessagesAreSentAgain(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	stop := talker(f, hello(wire.PULL))
	h, served := &host{}, &host{}
	s := dial(f, h)
	f.until("connected", func() bool { return h.saw("attach", "connected") })
	for range 3 {
		h.send(s.Peer(), more)
	}
	for range 10 {
		if _, err := f.d.Poll(); err != nil {
			t.Fatal(err)
		}
	}
	delivered := false
	s.WhenDelivered(func() { delivered = true })
	if n := s.Peer().Out.Pending(); n != 3 || delivered {
		t.Fatalf("%d messages are not sent, want 3; delivered: %v", n, delivered)
	}
	stop()
	f.until("lost", func() bool { return h.saw("attach", "connected", "disconnected") })
	stop = listen(f, served, wire.PULL)
	got := 0
	f.until("three messages", func() bool {
		for served.in != nil {
			m, ok := served.in.Next()
			if !ok {
				break
			}
			if n := len(m.Bytes()); n != more {
				t.Errorf("a message of %d bytes", n)
			}
			m.Release()
			got++
		}
		return got == 3
	})
	f.until("delivered", func() bool { return delivered })
	f.stopped(f.graceful(s))
	stop()
	if h.dropped != 0 {
		t.Errorf("%d messages are dropped", h.dropped)
	}
}

// What an accepted connection has not wholly written is dropped with its peer.
func TestUnsentMessagesOfAnAcceptedPeer(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h := &host{}
	stop := listen(f, h, wire.PUSH)
	visit(f, func(peer *proactor.Handle) {
		if _, err := peer.TryWrite(hello(wire.PULL)); err != nil {
			t.Fatal(err)
		}
		f.until("connected", func() bool { return h.saw("attach", "connected") })
		h.send(h.last, more)
		f.until("it is being written", func() bool { return h.last.Out.Waiting() == 0 })
	})
	f.until("left", func() bool { return h.saw("attach", "connected", "disconnected", "detach") })
	if h.dropped != 1 {
		t.Errorf("%d messages are dropped, want 1", h.dropped)
	}
	stop()
}

// A pattern gets peers whose pipes know them, with the peer's routing id and the
// address for display.
func TestPeersAndTheirPipes(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	mine, theirs := &host{}, &host{}
	stop := listen(f, theirs, wire.ROUTER)
	cfg := f.config(mine, wire.DEALER)
	cfg.Engine.Immediate = true
	cfg.Engine.Metadata = append(slices.Clone(cfg.Engine.Metadata), wire.Property{Name: wire.PropertyIdentity, Value: []byte("me")})
	s, err := session.Dial(cfg, to(t, &way{}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("connected", func() bool { return mine.in != nil && theirs.in != nil })
	for _, h := range []*host{mine, theirs} {
		if h.last.Out.Peer != h.last || h.in.Peer != h.last {
			t.Errorf("the pipes of %+v have another peer", h.last)
		}
	}
	if s.Peer() != mine.last || mine.last.Endpoint != here || !mine.last.Immediate || mine.id != "" {
		t.Errorf("%+v with the routing id %q", mine.last, mine.id)
	}
	if theirs.id != "me" || theirs.last.Immediate || !strings.HasPrefix(theirs.last.Endpoint, "127.0.0.1:") {
		t.Errorf("%+v with the routing id %q", theirs.last, theirs.id)
	}
	f.stopped(f.graceful(s))
	stop()
}
