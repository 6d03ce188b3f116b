package interop

import (
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/interop/internal/flow"
)

// TestLinger: what was sent before close arrives after it.
func TestLinger(t *testing.T) {
	for name, f := range map[string]flow.Flow{
		"small": {Count: 900, Shapes: flow.Numbers},
		"large": {Count: 100, Shapes: "300000;0;8,70000"},
	} {
		t.Run(name, func(t *testing.T) {
			forEachCast(t, func(s *fixture, c cast, endpoint string) {
				push := c.startA(s, "PUSH", options{linger: testTimeout}, endpoint)
				pull := c.startB(s, "PULL", options{hwm: 5 * marks(endpoint)}, endpoint)
				s.reached(push, pull)
				s.must(push.send(f))
				s.together(push.close, func() error { return pull.recv(f) })
			})
		})
	}
}

// marks is 1, or for ipc more than is sent: a libzmq that has stopped reading at
// its high-water mark does not read the rest of a Unix socket that the sender,
// even a libzmq, has closed.
func marks(endpoint string) int {
	if strings.HasPrefix(endpoint, "ipc") {
		return 1000
	}
	return 1
}

// TestLingerBeforeBind: close also waits for a peer that was never there.
func TestLingerBeforeBind(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		if c.aBinds {
			return // a PUSH has nobody to queue for before a peer connects
		}
		f := flow.Flow{Count: 100, Shapes: flow.AllShapes}
		push := c.startA(s, "PUSH", options{linger: testTimeout}, endpoint)
		s.must(push.send(f))
		s.together(push.close, func() error {
			pull := c.startB(s, "PULL", options{}, endpoint)
			return pull.recv(f)
		})
	})
}

// TestNoLinger: close does not wait for a peer that does not receive.
func TestNoLinger(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		push := c.startA(s, "PUSH", options{hwm: 10, linger: noLinger}, endpoint)
		pull := c.startB(s, "PULL", options{hwm: 1}, endpoint)
		s.reached(push, pull)
		for push.attempt(string(make([]byte, 100_000))) == nil { // until nothing more goes
		}
		s.must(push.close())
	})
}

// TestShortLinger: close gives up after the linger.
func TestShortLinger(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		if c.aBinds {
			return
		}
		push := c.startA(s, "PUSH", options{linger: 50 * time.Millisecond}, endpoint)
		s.must(push.say("to nobody"))
		s.must(push.close())
	})
}
