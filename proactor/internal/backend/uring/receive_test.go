//go:build linux

package uring

import (
	"runtime"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// hotStream makes a stream on which bytes were there when its receive was started, so that
// the next receive is speculative. The pool has one buffer.
func hotStream(t *testing.T, b *Backend) (client backend.Handle, receive *backend.Op) {
	t.Helper()
	client, server := pair(t, b)
	receive = &backend.Op{Kind: backend.KindReceive, Handle: server, Args: &backend.ReceiveArgs{Pool: backend.NewPool(8, 1)}}
	if _, err := client.TryWrite([]byte("first")); err != nil {
		t.Fatal(err)
	}
	b.Start(receive)
	answer := write(b, server, "something to do, so that Wait does not sleep")
	collect(t, b, 2)
	if receive.Err != nil || answer.Err != nil || !server.(*handle).hot {
		t.Fatal(receive.Err, answer.Err, server.(*handle).hot)
	}
	return client, receive
}

// A speculative receive that finds no bytes waits like any other.
func TestSpeculativeReceiveFindsNothing(t *testing.T) {
	b := openLocked(t)
	client, op := hotStream(t, b)
	op.Receive().Buffer.Release()
	b.Start(op)
	if op.Flag&speculative == 0 {
		t.Error("the kernel was asked first")
	}
	for op.Flag&polling == 0 {
		if b.Wait(0) != nil {
			t.Fatal("received what was not sent")
		}
	}
	if op.Receive().Pool.Free() != 1 || op.Handle.(*handle).hot {
		t.Error("it keeps a buffer while it waits, or still expects bytes")
	}
	write(b, client, "second")
	collect(t, b, 2)
	if got := string(op.Receive().Buffer.Bytes()); op.Err != nil || got != "second" {
		t.Errorf("%q, %v", got, op.Err)
	}
	op.Receive().Buffer.Release()
}

// A speculative receive does not wait for a buffer before there are bytes, and can be
// cancelled.
func TestSpeculativeReceiveOfEmptyPool(t *testing.T) {
	b := openLocked(t)
	_, op := hotStream(t, b)
	held := op.Receive().Buffer
	op.Receive().Buffer = nil
	b.Start(op)
	for op.Flag&polling == 0 {
		if b.Wait(0) != nil {
			t.Fatal("received what was not sent")
		}
		if op.Flag&needsBuffer != 0 {
			t.Fatal("it waits for a buffer")
		}
	}
	b.Cancel(op)
	await(t, b, op)
	if op.Err != backend.ErrCanceled {
		t.Error(op.Err)
	}
	held.Release()
}

// A receive whose bytes are there waits for a buffer, and does not ask the kernel again
// and again meanwhile.
func TestReceiveOfEmptyPoolWaits(t *testing.T) {
	b := open(t, tuning{})
	client, server := pair(t, b)
	pool := backend.NewPool(8, 1)
	held := pool.TryTake()
	op := &backend.Op{Kind: backend.KindReceive, Handle: server, Args: &backend.ReceiveArgs{Pool: pool}}
	if _, err := client.TryWrite([]byte("bytes")); err != nil {
		t.Fatal(err)
	}
	b.Start(op)
	for polled := b.reaps.Load(); b.reaps.Load() == polled; {
		if b.Wait(0) != nil {
			t.Fatal("received without a buffer")
		}
	}
	if op.Flag&needsBuffer == 0 || op.Flag&polling != 0 {
		t.Errorf("its state is %b", op.Flag)
	}
	held.Release()
	if await(t, b, op); op.N != 5 || op.Err != nil {
		t.Errorf("%d, %v", op.N, op.Err)
	}
	op.Receive().Buffer.Release()
}

// A speculative receive that finds no bytes ends with ErrCanceled if it was cancelled
// meanwhile.
func TestCancelOfSpeculativeReceive(t *testing.T) {
	for name, tu := range map[string]tuning{"parked": {}, "locked": {locked: true}} {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			b := open(t, tu)
			_, server := pair(t, b)
			pool := backend.NewPool(8, 1)
			op := &backend.Op{Kind: backend.KindReceive, Handle: server, Args: &backend.ReceiveArgs{Pool: pool}}
			server.(*handle).hot = true
			b.Start(op)
			b.runReceives() // its turn, on a locked thread
			if op.Flag&polling != 0 || op.Receive().Buffer == nil {
				t.Fatal("the receive polls first: this test tests nothing")
			}
			b.Cancel(op)
			await(t, b, op)
			if op.Err != backend.ErrCanceled || pool.Free() != 1 {
				t.Errorf("%v, and %d buffers in the pool; want ErrCanceled, and its buffer back", op.Err, pool.Free())
			}
		})
	}
}

// A stream whose bytes come while the dispatcher sleeps is not hot: the next receive does
// not expect bytes at once.
func TestBytesThatAreWaitedForAreNotExpected(t *testing.T) {
	for name, tu := range map[string]tuning{"parked": {}, "locked": {locked: true}} {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			b := open(t, tu)
			client, server := pair(t, b)
			op := &backend.Op{Kind: backend.KindReceive, Handle: server, Args: &backend.ReceiveArgs{Pool: backend.NewPool(8, 1)}}
			b.Start(op)
			sent := make(chan error, 1)
			go func() {
				for !b.sleeper.Sleeping() {
					runtime.Gosched()
				}
				_, err := client.TryWrite([]byte("late"))
				sent <- err
			}()
			await(t, b, op)
			if err := <-sent; err != nil || op.Err != nil || op.N != 4 {
				t.Errorf("%d bytes, %v, %v", op.N, op.Err, err)
			}
			if server.(*handle).hot {
				t.Error("the stream counts as hot")
			}
			op.Receive().Buffer.Release()
		})
	}
}
