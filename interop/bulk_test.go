package interop

import "testing"

// TestManyMessages sends many more small messages than the high-water marks
// allow to wait: all of them arrive, in order.
func TestManyMessages(t *testing.T) {
	const many, exchanges, marks = 200_000, 5_000, 100
	for _, p := range patterns {
		if p.optionsA.hwm == 0 { // a PUB would have to drop: its subscriber's mark is enough
			p.optionsA.hwm = marks
		}
		p.optionsB.hwm = marks
		f := flow{count: many, shapes: numbers}
		if p.lockstep {
			f.count = exchanges
		}
		for _, side := range sides {
			if p.a == p.b && side.swapped {
				continue
			}
			tr := transports[0]
			if side.connectorIsUs {
				tr = transports[len(transports)-1]
			}
			t.Run(p.name()+"/"+tr.name+"/"+side.name, func(t *testing.T) {
				t.Parallel()
				perform(newStage(t), p, theirs[0], tr, side.swapped, side.connectorIsUs, f)
			})
		}
	}
}
