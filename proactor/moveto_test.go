package proactor_test

import (
	"errors"
	"io"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// TestMoveToInsideMultishot: a stream cannot be moved in the handler of a multishot
// receive, which continues on it, until the last completion.
func TestMoveToInsideMultishot(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d, other := dispatcher(t, name), dispatcher(t, name)
			near, far := connectedPair(t, d, "tcp")
			pool := proactor.NewBufferPool(1, 1)
			var moved []error
			got := ""
			each := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
				if b := op.Buffer(); b != nil {
					got += string(b.Bytes())
					b.Release()
				}
				moved = append(moved, near.MoveTo(other))
			})}
			write := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
			near.ReceiveMultishot(&each, pool)
			far.WriteAll(&write, []byte("ab"))
			runUntil(t, d, &write)
			far.Close()
			runUntil(t, d, &each)
			if each.Err() != io.EOF || got != "ab" || len(moved) != 3 {
				t.Fatalf("received %q, %v; moved: %v", got, each.Err(), moved)
			}
			for i, err := range moved[:2] {
				if !errors.Is(err, proactor.ErrBusy) {
					t.Errorf("moved in completion %d, which is not the last: %v", i, err)
				}
			}
			if err := moved[2]; err == nil != (near.Dispatcher() == other) || err != nil && !errors.Is(err, errors.ErrUnsupported) {
				t.Error("moving after the last completion:", err)
			}
		})
	}
}
