package sim

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// BenchmarkWriteAndRead measures a write, its read and one Wait for both.
func BenchmarkWriteAndRead(b *testing.B) {
	for name, faults := range map[string]Faults{"faultless": {}, "mild": Mild()} {
		b.Run(name, func(b *testing.B) {
			f := newFixture(b, settings{Faults: faults})
			near, far := f.pair()
			out, in := write(near, make([]byte, 64)), read(far, 64)
			pending := 0
			handler := func(*backend.Op) { pending-- }
			out.Owner, in.Owner = handler, handler
			b.ReportAllocs()
			for b.Loop() {
				pending = 2
				f.Start(out)
				f.Start(in)
				for pending > 0 {
					f.dispatch(backend.NoDeadline)
				}
			}
		})
	}
}
