//go:build linux

package uring

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// The steps of a receive:
//
//  1. The kernel polls the descriptor (polling). The receive owns no buffer
//     meanwhile. If the last receive found bytes at once, as on a busy server, this
//     step is left out (speculative).
//  2. On a locked thread the receive joins receiveQueue (queuedReceive). The kernel
//     does not have it.
//  3. At its turn it takes a buffer from the pool. If the pool is empty it waits for
//     one (needsBuffer), and the kernel still does not have it. A speculative receive
//     goes back to step 1 instead, so that it is not ahead of receives that have bytes.
//  4. The kernel reads into the buffer without waiting. If there are no bytes, because
//     another reader took them or the guess was wrong, the receive returns the buffer
//     and goes back to step 1.
//
// docs/adr/0007 says why the kernel's own buffer rings are not used.

// beginReceiveLocked is step 1 for op, which has a slot.
func (b *Backend) beginReceiveLocked(op *backend.Op) {
	if op.Handle.(*handle).hot {
		op.Flag |= speculative
		b.queueReceiveLocked(op)
		return
	}
	op.Flag |= polling
	b.prepareLocked(op)
}

// prepareReceive fills in the entry of step 1 or 4.
func (b *Backend) prepareReceive(op *backend.Op, h *handle, e *sys.SQE) {
	if op.Flag&polling != 0 {
		b.slots.table[op.Sys.Slot-1].reaps = b.reaps.Load()
		e.Opcode, e.OpFlags = sys.RingOpPollAdd, sys.RingPollIn
		return
	}
	switch {
	case h.Name != "":
		e.Opcode, e.Off = sys.RingOpRead, ^uint64(0)
		e.Addr, e.Len = buffer(op.Receive().Buffer.Space())
	default:
		e.Opcode, e.OpFlags = sys.RingOpRecv, unix.MSG_DONTWAIT
		e.Addr, e.Len = buffer(op.Receive().Buffer.Space())
	}
	b.estimate.addImmediate(int(e.Len))
}

// continueReceiveLocked takes a receive to its next step, given the kernel's answer.
// It returns false when the answer is that of the last step.
func (b *Backend) continueReceiveLocked(op *backend.Op, errno unix.Errno) bool {
	if op.Flag&cancelled != 0 {
		return false
	}
	h := op.Handle.(*handle)
	switch {
	case op.Flag&polling != 0 && errno == 0:
		h.hot = b.slots.table[op.Sys.Slot-1].reaps == b.reaps.Load()
		op.Flag &^= polling
		b.queueReceiveLocked(op)
	case op.Flag&polling == 0 && errno == unix.EAGAIN:
		h.hot = false
		b.releaseBufferLocked(op)
		op.Flag |= polling
		b.prepareLocked(op)
	default:
		return false
	}
	return true
}

// takeBufferLocked is step 3.
func (b *Backend) takeBufferLocked(op *backend.Op) {
	args := op.Receive()
	args.Buffer = args.Pool.TryTake()
	switch {
	case args.Buffer != nil:
	case op.Flag&speculative != 0:
		op.Flag |= polling
	case !b.awaitBufferLocked(op):
		op.Flag |= needsBuffer
		return
	}
	op.Flag &^= speculative
	b.prepareLocked(op)
}

// awaitBufferLocked takes a buffer from a pool that was empty just now. If there is
// still none it returns false, and op's handle waits for one.
func (b *Backend) awaitBufferLocked(op *backend.Op) bool {
	args, h := op.Receive(), op.Handle.(*handle)
	h.poolWaiter = args.Pool.Waiter(h.poolWaiter, h.grant)
	args.Buffer = args.Pool.Take(h.poolWaiter)
	return args.Buffer != nil
}

// grant gives h's receive a buffer of the pool that it waits for. If the receive
// does not need it any more grant releases it.
func (h *handle) grant(buf *backend.PoolBuffer) {
	b := h.b
	b.mu.Lock()
	op := h.queues[backend.In].Head()
	if op == nil || op.Flag&needsBuffer == 0 || op.Receive().Pool != buf.Pool() {
		b.mu.Unlock()
		buf.Release()
		return
	}
	op.Flag &^= needsBuffer
	op.Receive().Buffer = buf
	b.prepareLocked(op)
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// resubmitLocked gives op, if it is a receive that waits for its turn or for a
// buffer, back to the kernel, where a cancel finds it.
func (b *Backend) resubmitLocked(op *backend.Op) {
	if op.Flag&(queuedReceive|needsBuffer) != 0 {
		op.Flag = op.Flag&^(queuedReceive|speculative|needsBuffer) | polling
		b.prepareLocked(op)
	}
}

// completeReceiveLocked sets the result of a receive that has read n bytes, or found
// the end of the stream.
func (b *Backend) completeReceiveLocked(op *backend.Op, h *handle, n int) {
	if op.Err = h.transferErrorLocked(op, n); op.Err != nil {
		b.releaseBufferLocked(op)
		return
	}
	op.N = n
	op.Receive().Buffer.Fill(n)
}

// releaseBufferLocked returns the buffer of op, if it is a receive that has one, to
// its pool.
func (b *Backend) releaseBufferLocked(op *backend.Op) {
	if op.Kind != backend.KindReceive {
		return
	}
	if args := op.Receive(); args.Buffer != nil {
		b.toRelease.Add(args.Buffer)
		args.Buffer = nil
	}
}

// On a locked thread, receives whose bytes have come are served in order, and at most
// receivesPerTurn in each call of Wait (docs/adr/0014):
//
//   - Fair: the kernel completes a receive at once if its bytes are there when it is
//     started. Here such a receive goes to the end of the queue.
//   - Short rounds: a thousand requests at once do not delay timers, posts and Stop
//     until all are answered, and each system call is short enough to hide from the Go
//     scheduler.
//   - Warm caches: the bytes are read, handled and answered before the next ones are
//     read, and few buffers are in use at a time.
//
// For a dispatcher that parks, each call of Wait costs more, and serving all receives
// at once is 8 % cheaper.

// receivesPerTurn bounds how many receives get a buffer in one call of Wait.
const receivesPerTurn = 64

// receiveQueue holds the numbers of the receives that wait for their turn. A receive
// that was cancelled meanwhile stays in the queue and is skipped. The backend's lock
// covers it, because any goroutine that starts a receive may add one.
type receiveQueue struct {
	numbers []uint64
	first   int // in numbers
}

func (a *receiveQueue) len() int { return len(a.numbers) - a.first }

func (a *receiveQueue) add(number uint64) {
	if a.first > 0 && len(a.numbers) == cap(a.numbers) {
		a.numbers = a.numbers[:copy(a.numbers, a.numbers[a.first:])]
		a.first = 0
	}
	a.numbers = append(a.numbers, number)
}

// take removes and returns the first number. The queue must not be empty.
func (a *receiveQueue) take() uint64 {
	number := a.numbers[a.first]
	if a.first++; a.first == len(a.numbers) {
		a.numbers, a.first = a.numbers[:0], 0
	}
	return number
}

// queueReceiveLocked puts op, which has bytes or is expected to, at the end of the
// queue. Without a locked thread there is no queue, and op takes a buffer at once.
func (b *Backend) queueReceiveLocked(op *backend.Op) {
	if b.thread == nil {
		b.takeBufferLocked(op)
		return
	}
	op.Flag |= queuedReceive
	b.receiveQueue.add(b.slots.number(op))
	if !b.hasReceives.Load() {
		b.hasReceives.Store(true)
	}
}

// runReceives lets the first receives of the queue read.
func (b *Backend) runReceives() {
	if !b.hasReceives.Load() {
		return
	}
	b.mu.Lock()
	for range min(b.receiveQueue.len(), receivesPerTurn) {
		s := b.slots.find(b.receiveQueue.take())
		if s == nil || s.op.Flag&queuedReceive == 0 {
			continue
		}
		s.op.Flag &^= queuedReceive
		b.takeBufferLocked(s.op)
	}
	b.hasReceives.Store(b.receiveQueue.len() > 0)
	b.mu.Unlock()
}

// clearReceives empties the queue for Close, which has cancelled all of them.
func (b *Backend) clearReceives() {
	b.mu.Lock()
	b.receiveQueue = receiveQueue{}
	b.hasReceives.Store(false)
	b.mu.Unlock()
}
