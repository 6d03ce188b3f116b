package interop

import (
	"testing"

	"github.com/actum-go/actum/interop/internal/flow"
)

// TestCloseWithUnreadInput: messages sent before close arrive, even if the
// closing side has not read what the other has sent. (libzmq's own close resets
// such a connection, so here our side closes.)
func TestCloseWithUnreadInput(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		if c.a.name != ours.name {
			return
		}
		out := flow.Flow{Count: 300, Shapes: "8;300;8,3000"}
		a := c.startA(s, "DEALER", options{hwm: 1000, linger: testTimeout}, endpoint)
		b := c.startB(s, "DEALER", options{hwm: 1000}, endpoint)
		s.reached(a, b)
		s.must(b.send(flow.Flow{Count: 900, Shapes: "8"}))
		s.must(a.send(out))
		s.together(a.close, func() error { return b.recv(out) })
	})
}
