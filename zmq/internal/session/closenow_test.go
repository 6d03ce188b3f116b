package session_test

import (
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A stop waits for a peer that does not leave until its time is up, or until CloseNow
// is called.
func TestCloseNowEndsTheWait(t *testing.T) {
	for _, now := range []bool{false, true} {
		f := newFixture(t, sim.Faults{})
		stop := talker(f, hello(wire.PULL))
		h := &host{}
		s := dial(f, h)
		f.until("connected", func() bool { return h.saw("attach", "connected") })
		if session.Attempting(s) {
			t.Error("the state of the attempt is kept while there is a connection")
		}
		before := f.net.Now()
		f.stopped(func(done func()) {
			s.Stop(time.Minute, done)
			if now {
				s.CloseNow()
			}
		})
		if took := (f.net.Now() - before).Round(time.Second); now && took != 0 || !now && took != time.Minute {
			t.Errorf("CloseNow: %v; the stop took %v", now, took)
		}
		stop()
	}
}

// Where retrying soon does not help, the waits do not grow beyond the maximum that the
// program has set.
func TestSlowRetriesUpToTheMaximum(t *testing.T) {
	f := newFixture(t, sim.Faults{})
	var begun []time.Duration
	w := &way{resolve: nowhere.resolve, tried: func() { begun = append(begun, f.net.Now()) }}
	cfg := f.config(&host{}, wire.PUSH)
	cfg.Engine.ReconnectIntervalMax = 300 * time.Millisecond
	s, err := session.Dial(cfg, to(t, w))
	if err != nil {
		t.Fatal(err)
	}
	f.until("attempts", func() bool { return len(begun) == 6 })
	for i, want := range []time.Duration{100, 200, 300, 300, 300} {
		if wait := begun[i+1] - begun[i]; wait.Truncate(10*time.Millisecond) != want*time.Millisecond {
			t.Errorf("wait %d took %v, want %d ms", i, wait, want)
		}
	}
	f.stopped(f.graceful(s))
}
