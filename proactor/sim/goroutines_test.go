package sim

import (
	"sync"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// TestManyGoroutines starts and cancels operations from many goroutines while one
// waits: all operations complete, in virtual time with faults. An operation that is
// started while all backends are parked may only schedule an event: time has to
// advance.
func TestManyGoroutines(t *testing.T) {
	f := newFixture(t, settings{Seed: 1, Faults: Mild()})
	const goroutines, rounds = 8, 200
	var all sync.WaitGroup
	for range goroutines {
		near, far := f.pair()
		all.Go(func() {
			done := make(chan *backend.Op, 3)
			handler := func(op *backend.Op) { done <- op }
			out, in, hopeless := write(near, make([]byte, 1)), read(far, 1), read(near, 1)
			out.Owner, in.Owner, hopeless.Owner = handler, handler, handler
			for range rounds {
				f.Start(hopeless)
				f.Start(in)
				f.Start(out)
				f.Cancel(hopeless)
				for range 3 {
					<-done
				}
				if out.N != 1 || in.N != 1 || hopeless.Err != backend.ErrCanceled {
					t.Errorf("wrote %d, %v; read %d, %v; cancelled: %v", out.N, out.Err, in.N, in.Err, hopeless.Err)
					return
				}
			}
		})
	}
	finished := make(chan struct{})
	go func() {
		all.Wait()
		close(finished)
		f.Wake()
	}()
	for {
		select {
		case <-finished:
			return
		default:
			f.dispatch(backend.NoDeadline)
		}
	}
}
