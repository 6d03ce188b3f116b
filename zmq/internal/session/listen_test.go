package session_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// dial connects a PUSH socket.
func dial(f *fixture, h *host) *session.Dialer {
	f.Helper()
	s, err := session.Dial(f.config(h, wire.PUSH), to(f.T, &way{}))
	if err != nil {
		f.Fatal(err)
	}
	return s
}

// The pattern is notified of an accepted peer when its handshake is done, and
// when it has left.
func TestAccept(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h, peers := &host{}, &session.Accepted{}
	l, err := listening(f.config(h, wire.PULL), to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	if l.Endpoint() != here {
		t.Errorf("bound to %s", l.Endpoint())
	}
	s := dial(f, &host{})
	f.until("connected", func() bool { return h.saw("attach", "connected") })
	if n := len(peers.Peers()); n != 1 {
		t.Errorf("%d peers", n)
	}
	f.stopped(f.graceful(s))
	f.until("left", func() bool { return h.saw("attach", "connected", "disconnected", "detach") })
	if n := len(peers.Peers()); n != 0 {
		t.Errorf("%d peers after it has left", n)
	}
	f.stopped(l.Stop)
	f.stopped(f.graceful(peers))
}

// Accepted peers stay when the listener stops, and no new peer is accepted.
func TestStopListening(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h, peers := &host{}, &session.Accepted{}
	l, err := listening(f.config(h, wire.PULL), to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	first, late := &host{}, &host{}
	s := dial(f, first)
	f.until("connected", func() bool { return h.saw("attach", "connected") })
	f.stopped(l.Stop)
	tried := 0
	other, err := session.Dial(f.config(late, wire.PUSH), to(t, &way{tried: func() { tried++ }}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("some attempts", func() bool { return tried > 3 })
	if !h.saw("attach", "connected") || !late.saw("attach") {
		t.Errorf("the listener's pattern was notified of %v, the late one's %v", h.events, late.events)
	}
	f.stopped(f.graceful(peers))
	if !h.saw("attach", "connected", "disconnected", "detach") {
		t.Errorf("the pattern was notified of %v", h.events)
	}
	f.stopped(f.graceful(s))
	f.stopped(f.graceful(other))
	if n := f.net.Open(); n != 0 {
		t.Errorf("%d handles left open", n)
	}
}

// After an accept that fails the listener accepts again.
func TestAcceptFails(t *testing.T) {
	f := newFixture(t, sim.Faults{AbortAccept: 0.5})
	h, peers := &host{}, &session.Accepted{}
	l, err := listening(f.config(h, wire.PULL), to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	var dialers []*session.Dialer
	for range 10 {
		dialers = append(dialers, dial(f, &host{}))
	}
	f.until("all connected", func() bool { return len(peers.Peers()) == len(dialers) })
	if f.net.Counts()["AbortAccept"] == 0 {
		t.Error("no accept has failed")
	}
	f.stopped(l.Stop)
	f.stopped(func(done func()) {
		peers.Stop(time.Second, func() {
			if n := len(peers.Peers()); n > 0 {
				t.Errorf("done with %d peers left", n)
			}
			done()
		})
	})
	for _, s := range dialers {
		f.stopped(f.graceful(s))
	}
}

// After an accept that failed, most likely for lack of descriptors, the listener
// waits before it tries again. A stop does not wait for that.
func TestPauseAfterAnAcceptThatFailed(t *testing.T) {
	f := newFixture(t, sim.Faults{AbortAccept: 1})
	l, err := listening(f.config(&host{}, wire.PULL), to(t, &way{}), &session.Accepted{})
	if err != nil {
		t.Fatal(err)
	}
	var dialers []*session.Dialer
	for range 10 {
		dialers = append(dialers, dial(f, &host{}))
	}
	var last time.Duration
	for n := 1; n <= 5; n++ {
		f.until("an accept that fails", func() bool { return l.Status().Failures == n })
		if pause := (f.net.Now() - last).Round(time.Millisecond); n > 1 && pause != 100*time.Millisecond {
			t.Errorf("accepted again after %v, want 100 ms", pause)
		}
		last = f.net.Now()
	}
	f.stopped(l.Stop)
	if took := f.net.Now() - last; took > time.Millisecond {
		t.Errorf("the stop took %v", took)
	}
	for _, s := range dialers {
		f.stopped(f.graceful(s))
	}
}

// A pattern that refuses a peer gets no further calls for it.
func TestAcceptedAndRefused(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h, peers := &host{refuse: errors.New("one is enough")}, &session.Accepted{}
	l, err := listening(f.config(h, wire.PULL), to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	s := dial(f, &host{})
	f.until("refused", func() bool { return len(h.events) >= 3 })
	if !h.saw("attach", "refuse", "detach") {
		t.Errorf("the pattern was notified of %v", h.events)
	}
	f.until("a failure", func() bool { return l.Status().Failures > 0 })
	if now := l.Status(); !errors.Is(now.Err, h.refuse) || now.Failures != 1 || now.State != session.StateListening {
		t.Errorf("%+v", now)
	}
	f.stopped(f.graceful(s))
	f.stopped(l.Stop)
	f.stopped(f.graceful(peers))
}

// Incompatible types are refused in the handshake, and neither pattern is
// notified.
func TestIncompatibleTypes(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	h, peers := &host{}, &session.Accepted{}
	l, err := listening(f.config(h, wire.SUB), to(t, &way{}), peers)
	if err != nil {
		t.Fatal(err)
	}
	mine, tried := &host{}, 0
	s, err := session.Dial(f.config(mine, wire.PUSH), to(t, &way{tried: func() { tried++ }}))
	if err != nil {
		t.Fatal(err)
	}
	f.until("some attempts", func() bool { return tried > 3 })
	f.stopped(f.graceful(s))
	f.stopped(l.Stop)
	f.stopped(f.graceful(peers))
	if len(h.events) != 0 || !mine.saw("attach", "detach") {
		t.Errorf("the patterns were notified of %v and %v", h.events, mine.events)
	}
}

// The file of a listener is removed before its stop is complete, also for a
// listener that was never started.
func TestListenerRemovesItsFile(t *testing.T) {
	for _, started := range []bool{true, false} {
		f := newFixture(t, sim.Faults{})
		var removed atomic.Int32
		w := &way{remove: func() { removed.Add(1) }}
		l, err := session.Listen(context.Background(), f.config(&host{}, wire.PULL), to(t, w), &session.Accepted{})
		if err != nil {
			t.Fatal(err)
		}
		if started {
			l.Start()
			f.stopped(func(done func()) {
				l.Stop(func() {
					if removed.Load() == 0 {
						t.Error("stopped, and the file is there")
					}
					done()
				})
			})
		} else {
			l.Abandon()
		}
		if n := removed.Load(); n != 1 {
			t.Errorf("started %v: removed %d times", started, n)
		}
		if n := f.net.Open(); n != 0 {
			t.Errorf("started %v: %d handles left open", started, n)
		}
	}
}
