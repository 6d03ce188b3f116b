package proactor_test

import (
	"errors"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// Cancel may be called while its operation is started on another handle than the last
// time, or as another kind, and while it completes. The race detector sees a Cancel
// that reads what the start writes.
func TestCancelAnyTime(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			near, far := connectedPair(t, d, "tcp")
			var op proactor.Operation
			op.Handler = proactor.HandlerFunc(nothing)
			stop, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				for {
					select {
					case <-stop:
						return
					default:
						d.Cancel(&op)
					}
				}
			}()
			in, out := make([]byte, 1), []byte("x")
			for n := range 1000 {
				switch n % 3 {
				case 0:
					near.Read(&op, in) // ends when it is cancelled, or with an earlier byte
				case 1:
					far.Write(&op, out)
				case 2:
					near.ReadFull(&op, in)
				}
				runUntil(t, d, &op)
				if err := op.Err(); err != nil && !errors.Is(err, proactor.ErrCanceled) {
					t.Fatalf("%v: %v", op.Kind(), err)
				}
			}
			close(stop)
			<-stopped
			far.Write(&op, out)
			runUntil(t, d, &op)
			near.Read(&op, in)
			runUntil(t, d, &op)
			if op.Err() != nil || op.N() != 1 {
				t.Errorf("after the last cancel: %d bytes, %v", op.N(), op.Err())
			}
		})
	}
}
