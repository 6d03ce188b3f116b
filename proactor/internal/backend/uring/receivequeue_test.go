//go:build linux

package uring

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Receives whose bytes are there may be queued by any goroutine while the thread runs the
// queue.
func TestReceivesAreQueuedByOtherGoroutines(t *testing.T) {
	const streams, each = 8, 500
	b := openLocked(t)
	peers, receives := receivers(t, b, streams)
	for _, p := range peers { // enough if only one is served
		if n, err := p.TryWrite(make([]byte, streams*each)); n != streams*each || err != nil {
			t.Fatal(n, err)
		}
	}
	completed := make(chan *backend.Op, streams)
	done := make(chan bool)
	go func() { // starts them repeatedly
		defer close(done)
		for _, op := range receives {
			b.Start(op)
		}
		for n := 1; n <= streams*each; n++ {
			op := <-completed
			if op.Err != nil {
				t.Error(op.Err)
			} else {
				op.Receive().Buffer.Release()
				op.Receive().Buffer = nil
			}
			if n <= streams*(each-1) {
				b.Start(op)
			}
		}
	}()
	for n := 0; n < streams*each; {
		for _, op := range collect(t, b, 1) {
			completed <- op
			n++
		}
	}
	<-done
}

// Close empties the receive queue. Its receives were cancelled, and would keep the thread
// from sleeping until the kernel has given everything back.
func TestCloseEmptiesReceiveQueue(t *testing.T) {
	b := openLocked(t)
	_, receives := receivers(t, b, 2*receivesPerTurn)
	pool := receives[0].Receive().Pool
	for i, op := range receives {
		op.Handle.(*handle).hot = i%2 == 0
		b.Start(op)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if b.hasReceives.Load() || b.receiveQueue.len() > 0 {
		t.Errorf("%d are queued after Close", b.receiveQueue.len())
	}
	for _, op := range collect(t, b, len(receives)) {
		if op.Err != backend.ErrBackendClosed {
			t.Error(op.Err)
		}
	}
	if pool.Free() != len(receives) {
		t.Errorf("%d buffers are in the pool, want all %d", pool.Free(), len(receives))
	}
}
