//go:build linux

package uring

import (
	"runtime"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// onSmallRings runs f on rings of two submission entries and 32 completion entries, one
// of a dispatcher that parks and one of a locked thread.
func onSmallRings(t *testing.T, f func(*testing.T, *Backend)) {
	for name, tu := range map[string]tuning{"parked": {}, "locked": {locked: true}} {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread() // the only thread that submits
			defer runtime.UnlockOSThread()
			b, err := newBackend(2, tu)
			if err != nil {
				skipOrFatal(t, err)
			}
			defer b.Close()
			f(t, b)
		})
	}
}

// Nothing is lost when more is started than the submission queue holds, and more
// completes at once than the completion queue holds.
func TestQueuesOverflow(t *testing.T) { onSmallRings(t, testQueuesOverflow) }

func testQueuesOverflow(t *testing.T, b *Backend) {
	const streams = 100
	overflown := false
	var clients, servers []backend.Handle
	for range streams {
		c, s := pair(t, b)
		clients, servers = append(clients, c), append(servers, s)
	}
	for round := range 3 {
		for _, s := range servers {
			read(b, s, 16)
		}
		b.submit()
		for _, c := range clients {
			if _, err := c.TryWrite([]byte{byte(round)}); err != nil {
				t.Fatal(err)
			}
		}
		for range streams / deferredWork { // the kernel runs a thread's completion work when the thread asks
			b.ring.Enter(0, sys.RingEnterGetEvents, true)
		}
		overflown = overflown || b.ring.Overflown()
		for _, r := range collect(t, b, streams) {
			if r.N != 1 || r.Err != nil || r.Buf[0] != byte(round) {
				t.Fatal(r.N, r.Err, r.Buf)
			}
		}
	}
	if !overflown {
		t.Error("the completion queue never overflowed: this test tests nothing")
	}
}

// Entries that do not fit into the submission queue wait in order.
func TestBacklog(t *testing.T) { onSmallRings(t, testBacklog) }

func testBacklog(t *testing.T, b *Backend) {
	_, server := pair(t, b)
	r := read(b, server, 1)
	b.mu.Lock()
	for range 100 { // as if the kernel had been short of memory
		b.backlog = append(b.backlog, sys.SQE{Opcode: sys.RingOpAsyncCancel, FD: -1, UserData: ofCancel})
	}
	b.hasBacklog.Store(true)
	b.mu.Unlock()
	b.Cancel(r)
	await(t, b, r)
	if r.Err != backend.ErrCanceled {
		t.Error(r.Err)
	}
	if b.hasBacklog.Load() || len(b.backlog) != 0 || b.ring.Pending() != 0 {
		t.Error("something is left in the queues")
	}
}

// Numbers tell operations of one slot apart, and cancels from operations.
func TestSlots(t *testing.T) {
	var s slots
	first, second := new(backend.Op), new(backend.Op)
	n := s.take(first)
	if s.find(n) == nil || s.find(n).op != first {
		t.Fatal("not found")
	}
	s.drop(first)
	if s.find(n) != nil {
		t.Error("found after it was dropped")
	}
	m := s.take(second)
	if second.Sys.Slot != first.Sys.Slot {
		t.Error("the free slot is not used again")
	}
	if s.find(n) != nil || s.find(m).op != second {
		t.Error("an old number finds the new operation")
	}
	if m&ofCancel != 0 || s.find(0) != nil || s.find(99) != nil {
		t.Error("a number that is none finds something")
	}
}
