package proactor_test

import (
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// onStart is a backend that calls then after the second start of an operation.
type onStart struct {
	backend.Backend
	kind   backend.Kind
	starts atomic.Int32
	then   func()
}

func (b *onStart) Start(op *backend.Op) {
	b.Backend.Start(op)
	if op.Kind == b.kind && b.starts.Add(1) == 2 {
		b.then()
	}
}

// TestCancelOfRestartUnderPool: a cancel that comes just when a worker of a pool has
// restarted a multishot operation ends that operation. It does not end the operation
// that its handler starts on another worker before the first worker has checked for
// cancels.
func TestCancelOfRestartUnderPool(t *testing.T) {
	d := newDispatcher(t, proactor.Options{Pool: proactor.Pool{Min: 2}})
	held := &onStart{kind: backend.KindReceive}
	proactor.WrapBackend(d, func(b backend.Backend) backend.Backend { held.Backend = b; return held })
	near, far := pairWhileRunning(t, d)
	pool := proactor.NewBufferPool(1, 1)
	received, anew, ended := make(chan bool, 4), make(chan bool, 4), make(chan error, 1)
	each := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		switch {
		case op.Err() == nil:
			op.Buffer().Release()
			received <- true
		case op.Err() == proactor.ErrCanceled:
			near.ReceiveMultishot(op, pool)
			anew <- true
		default:
			ended <- op.Err()
		}
	})}
	// Delay the worker that has restarted the operation, until the other one has started
	// it anew. The other one does so only if it fails to wait for the first.
	held.then = func() {
		near.Cancel()
		select {
		case <-anew:
			anew <- true
		case <-time.After(50 * time.Millisecond):
		}
	}
	near.ReceiveMultishot(&each, pool)
	for range 2 {
		if _, err := far.TryWrite([]byte{1}); err != nil {
			t.Fatal(err)
		}
		<-received
		if len(anew) == 0 {
			anew <- <-anew
		}
	}
	far.Close()
	if err := <-ended; err != io.EOF || len(anew) != 1 {
		t.Errorf("one cancel ended it %d times; the last error is %v", len(anew), err)
	}
}

// pairWhileRunning makes the two ends of a stream, and then has d run until the test
// ends.
func pairWhileRunning(t *testing.T, d *proactor.Dispatcher) (near, far *proactor.Handle) {
	t.Helper()
	near, far = connectedPair(t, d, "tcp")
	ran := make(chan error, 1)
	go func() { ran <- d.Run() }()
	t.Cleanup(func() {
		d.Stop()
		if err := <-ran; err != nil {
			t.Error("Run:", err)
		}
	})
	return near, far
}
