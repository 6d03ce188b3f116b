package sim

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A connection that has reached a listener before the listener was moved belongs to the
// backend that accepts it.
func TestAcceptOnAMovedListener(t *testing.T) {
	n := NewNetwork(1, Faults{})
	from, to := newFixture(t, settings{Network: n}), newFixture(t, settings{Network: n})
	l := from.listen("tcp", "127.0.0.1:0", nil)
	connect, connected := from.begin(connectTo(l))
	if from.dispatch(0); !*connected {
		t.Fatal("not connected")
	}
	if _, err := to.Take(l); err != nil {
		t.Fatal(err)
	}
	accept, accepted := to.begin(&backend.Op{Kind: backend.KindAccept, Handle: l})
	if to.dispatch(0); !*accepted {
		t.Fatal("not accepted")
	}
	if _, err := connect.New.TryWrite([]byte("x")); err != nil {
		t.Fatal(err)
	}
	op, done := to.begin(read(accept.New, 1))
	from.dispatch(0)
	if to.dispatch(0); !*done || op.N != 1 {
		t.Errorf("%d bytes were read, %v", op.N, op.Err)
	}
	accept.New.Close()
	if open := len(from.handles) + len(to.handles); open != 2 || n.Open() != 2 {
		t.Errorf("%d handles are open, want the listener and the connecting end", open)
	}
}
