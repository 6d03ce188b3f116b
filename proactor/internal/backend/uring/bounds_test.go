//go:build linux

package uring

import (
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// The length in an entry has 32 bits, and no call takes more buffers or bytes than the
// kernel does.
func TestVectorsAreBounded(t *testing.T) {
	one := make([]byte, 1)
	long := make([][]byte, maxIovecs+5)
	for i := range long {
		long[i] = one
	}
	op := &backend.Op{Vec: append([][]byte{nil, {}}, long...)}
	if message(op); len(op.Sys.Vec.Iov) != maxIovecs {
		t.Errorf("%d buffers at once", len(op.Sys.Vec.Iov))
	}
	if n := vectorLen(op.Vec); n != maxIovecs+5 {
		t.Errorf("%d bytes", n)
	}
	const block = 64 << 20
	memory := make([]byte, block) // never touched
	all := make([][]byte, maxTransfer/block)
	for i := range all {
		all[i] = memory
	}
	rest := memory[:maxTransfer%block]
	for _, test := range []struct {
		vec     [][]byte
		size    int
		buffers int
	}{
		{all, maxTransfer - len(rest), len(all)},
		{append(all[:len(all):len(all)], rest), maxTransfer, len(all) + 1},
		{append(all[:len(all):len(all)], rest, one), maxTransfer, len(all) + 1},
		{append(all[:len(all):len(all)], memory), maxTransfer, len(all)},
	} {
		op := &backend.Op{Vec: test.vec}
		if message(op); len(op.Sys.Vec.Iov) != test.buffers || vectorLen(test.vec) != test.size {
			t.Errorf("%d buffers, %d bytes; want %d, %d", len(op.Sys.Vec.Iov), vectorLen(test.vec), test.buffers, test.size)
		}
	}
}

// Wait does not return before its deadline without a reason, so it does not spin.
func TestWaitKeepsItsDeadline(t *testing.T) {
	b := open(t, tuning{})
	for _, after := range []time.Duration{time.Millisecond, 3 * time.Millisecond} {
		deadline := b.Now() + after
		if list := b.Wait(deadline); list != nil || b.Now() < deadline {
			t.Errorf("Wait returns %v, %v too early", list, deadline-b.Now())
		}
	}
	if b.IsDue(backend.NoDeadline) || !b.IsDue(0) || !b.IsDue(1) || b.IsDue(b.Now()+time.Hour) {
		t.Error("isDue is wrong about a deadline")
	}
}

// Each reason keeps the dispatcher from sleeping by itself.
func TestReasonsNotToSleep(t *testing.T) {
	b := open(t, tuning{})
	if b.hasWork() || b.threadHasWork() {
		t.Error("there is nothing to do")
	}
	for name, reason := range map[string]interface {
		Store(bool)
		Load() bool
	}{"woken": &b.Woken, "ready": &b.hasCompleted, "transmits": &b.hasTransmits, "backlog": &b.hasBacklog, "receives": &b.hasReceives} {
		reason.Store(true)
		threads := name == "backlog" || name == "receives" // a parked dispatcher submits before, and has no receive queue
		if b.hasWork() == threads || !b.threadHasWork() {
			t.Errorf("%s: parked %v, on a thread %v", name, b.hasWork(), b.threadHasWork())
		}
		reason.Store(false)
	}
	b.mu.Lock()
	b.pushLocked(&sys.SQE{Opcode: sys.RingOpAsyncCancel, FD: -1, UserData: ofCancel})
	b.mu.Unlock()
	if !b.hasWork() || b.threadHasWork() { // a thread submits as it sleeps
		t.Errorf("an entry to submit: parked %v, on a thread %v", b.hasWork(), b.threadHasWork())
	}
	b.submit()
	if !b.hasWork() || !b.threadHasWork() {
		t.Errorf("a completion to read: parked %v, on a thread %v", b.hasWork(), b.threadHasWork())
	}
	b.Wait(0)
}

// The receive queue keeps its order, and reuses its memory while it is not empty.
func TestReceiveQueueReusesMemory(t *testing.T) {
	var a receiveQueue
	in, out := uint64(0), uint64(0)
	add := func() { a.add(in); in++ }
	take := func() {
		if got := a.take(); got != out {
			t.Fatalf("took %d, want %d", got, out)
		}
		out++
	}
	for range 3 {
		add()
	}
	for range 10_000 {
		add()
		take()
		if a.len() != 3 {
			t.Fatalf("%d are queued", a.len())
		}
	}
	if cap(a.numbers) > 16 {
		t.Errorf("a queue of three has room for %d", cap(a.numbers))
	}
	for a.len() > 0 {
		take()
	}
	if a.first != 0 || len(a.numbers) != 0 {
		t.Errorf("an empty queue begins at %d of %d", a.first, len(a.numbers))
	}
}

// One call of Wait serves a bounded number of receives.
func TestReceivesAreServedInRounds(t *testing.T) {
	b := openLocked(t)
	_, receives := receivers(t, b, receivesPerTurn+3)
	for _, op := range receives {
		op.Handle.(*handle).hot = true
		b.Start(op)
	}
	b.runReceives()
	if b.receiveQueue.len() != 3 || !b.hasReceives.Load() {
		t.Errorf("%d are left in the queue (%v), want 3", b.receiveQueue.len(), b.hasReceives.Load())
	}
	b.runReceives()
	if b.receiveQueue.len() != 0 || b.hasReceives.Load() {
		t.Errorf("%d are left in the queue (%v), want none", b.receiveQueue.len(), b.hasReceives.Load())
	}
	b.CancelAll()
	collect(t, b, len(receives))
}

// An estimate counts entries and bytes.
func TestEstimate(t *testing.T) {
	var x estimate
	if x.addDeferred(100); x.any() {
		t.Error("an entry that completes later counts as one that completes at once")
	}
	x.addImmediate(5)
	x.addImmediate(0)
	if !x.any() {
		t.Error("nothing is expected to complete at once")
	}
	if entries, size := x.take(); entries != 2 || size != 105 {
		t.Errorf("%d entries, %d bytes; want 2, 105", entries, size)
	}
	if entries, size := x.take(); entries != 0 || size != 0 || x.any() {
		t.Errorf("%d entries, %d bytes are left", entries, size)
	}
}
