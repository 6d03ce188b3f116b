//go:build linux

package uring

import (
	"bytes"
	"runtime"
	"slices"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// On a locked thread, streams that always have bytes do not get ahead of those whose
// bytes come while the kernel polls them. In each round more receives complete at once
// than the submission queue has room for, and more work is deferred than the kernel does
// in one call unless it is asked to. (For a dispatcher that parks, the work is done by
// the threads that have submitted, when they run, in an order that a test cannot know.)
func TestReceivesAreServedInTurn(t *testing.T) {
	b := openLocked(t)
	const busy, quiet, helpings = 300, 100, 8
	peers, receives := receivers(t, b, busy+quiet)
	send := func(to backend.Handle, n int) {
		if _, err := to.TryWrite(bytes.Repeat([]byte{7}, n)); err != nil {
			t.Fatal(err)
		}
	}
	for _, op := range receives[busy:] {
		b.Start(op)
	}
	if b.Wait(0) != nil {
		t.Fatal("received what was not sent")
	}
	times := map[*backend.Op]int{} // how many times each busy one was served
	for i, op := range receives[:busy] {
		send(peers[i], helpings+1)
		b.Start(op)
	}
	for _, p := range peers[busy:] {
		send(p, 1)
	}
	for left := quiet; left > 0; {
		for op := b.Wait(backend.NoDeadline); op != nil; {
			next := op.Next
			if op.Err != nil {
				t.Fatal(op.Err)
			}
			args := op.Receive()
			args.Buffer.Release()
			args.Buffer = nil
			if slices.Contains(receives[busy:], op) {
				left--
			} else if times[op]++; times[op] <= helpings {
				b.Start(op)
			} else {
				t.Fatalf("a stream was served %d times while %d waited for their first", times[op], left)
			}
			op = next
		}
	}
}

// openLocked makes a backend that waits on the test's own thread.
func openLocked(t *testing.T) *Backend {
	t.Helper()
	runtime.LockOSThread() // the only thread that submits
	t.Cleanup(runtime.UnlockOSThread)
	return open(t, tuning{locked: true})
}

// receivers makes n streams with a receive of one byte for each, not started yet.
func receivers(t *testing.T, b *Backend, n int) (peers []backend.Handle, receives []*backend.Op) {
	t.Helper()
	pool := backend.NewPool(1, n)
	for range n {
		client, server := pair(t, b)
		peers = append(peers, client)
		receives = append(receives, &backend.Op{Kind: backend.KindReceive, Handle: server, Args: &backend.ReceiveArgs{Pool: pool}})
	}
	return peers, receives
}

// A receive that waits for its turn can be cancelled, and its stream closed.
func TestCancelOfQueuedReceive(t *testing.T) {
	const n = receivesPerTurn + 10
	b := openLocked(t)
	peers, receives := receivers(t, b, n)
	for i, op := range receives {
		if _, err := peers[i].TryWrite([]byte{7}); err != nil {
			t.Fatal(err)
		}
		b.Start(op)
	}
	first := 0
	for op := b.Wait(backend.NoDeadline); op != nil; op = op.Next {
		op.Receive().Buffer.Release()
		first++
	}
	if first != receivesPerTurn || receives[n-1].Flag&receives[n-2].Flag&queuedReceive == 0 {
		t.Fatalf("%d were served, want %d and the others queued", first, receivesPerTurn)
	}
	b.Cancel(receives[n-1])
	receives[n-2].Handle.Close()
	for _, op := range collect(t, b, n-first) {
		want := map[*backend.Op]error{receives[n-1]: backend.ErrCanceled, receives[n-2]: backend.ErrHandleClosed}[op]
		if op.Err != want {
			t.Errorf("%v, want %v", op.Err, want)
		}
		if op.Err == nil {
			op.Receive().Buffer.Release()
		}
	}
	if free := receives[0].Receive().Pool.Free(); free != n {
		t.Errorf("%d buffers are in the pool, want all %d", free, n)
	}
}
