package interop

import (
	"testing"

	"github.com/actum-go/actum/interop/internal/flow"
)

// TestManyMessages sends many more small messages than the high-water marks allow
// to queue: all arrive in order.
func TestManyMessages(t *testing.T) {
	const many, exchanges, marks = 200_000, 5_000, 100
	for _, p := range patterns {
		if p.optionsA.hwm == 0 { // a PUB would have to drop: its subscriber's mark is enough
			p.optionsA.hwm = marks
		}
		p.optionsB.hwm = marks
		f := flow.Flow{Count: many, Shapes: flow.Numbers}
		if p.lockstep {
			f.Count = exchanges
		}
		for i, c := range p.casts(theirs[0]) {
			tr := transports[0]
			if i%2 == 1 {
				tr = transports[len(transports)-1]
			}
			t.Run(p.name()+"/"+tr.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				perform(newFixture(t), p, c, tr, f)
			})
		}
	}
}
