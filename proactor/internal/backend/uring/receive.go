//go:build linux

package uring

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A receive, in the order in which things happen:
//
//  1. the kernel is asked to tell when there are bytes (polling): no buffer is
//     owned meanwhile. If there were some at once the last time, as on a server that
//     is kept busy, this step is left out (unasked)
//  2. on a locked thread it gets in line (queuedReceive, receive.go), and the kernel knows
//     nothing of it
//  3. when its turn has come a buffer is taken from the pool; if there is none the
//     operation waits for one (starving), and the kernel still knows nothing of it;
//     an unasked one goes back to step 1, so that it is not ahead of who has bytes
//  4. the bytes are read into the buffer, at once; if somebody else has taken
//     them, or the guess was wrong, the buffer is given back, and it begins again
//
// docs/adr/0007 says why the kernel's own buffer rings are not used.

// beginReceive is step 1. op has a slot, the lock is held.
func (b *Backend) beginReceive(op *backend.Op) {
	if op.Handle.(*handle).hot {
		op.Flag |= speculative
		b.queueReceive(op)
		return
	}
	op.Flag |= polling // a buffer is taken when there are bytes
	b.prepare(op)
}

// prepareReceive writes the entry of step 1 or 4.
func (b *Backend) prepareReceive(op *backend.Op, h *handle, e *sys.SQE) {
	if op.Flag&polling != 0 {
		b.slots.table[op.Sys.Slot-1].reaps = b.reaps.Load()
		e.Opcode, e.OpFlags = sys.RingOpPollAdd, sys.RingPollIn
		b.push(e)
		return
	}
	switch {
	case h.name != "":
		e.Opcode, e.Off = sys.RingOpRead, ^uint64(0)
		e.Addr, e.Len = buffer(op.Receive().Buffer.Space())
	default:
		e.Opcode, e.OpFlags = sys.RingOpRecv, unix.MSG_DONTWAIT
		e.Addr, e.Len = buffer(op.Receive().Buffer.Space())
	}
	b.estimate.prompt(int(e.Len))
	b.push(e)
}

// provided takes a receive from one step to the next, given the kernel's answer.
// It reports false when that is the last one. The lock is held, as for the next.
func (b *Backend) receiveStep(op *backend.Op, errno unix.Errno) bool {
	if op.Flag&cancelled != 0 {
		return false
	}
	h := op.Handle.(*handle)
	switch {
	case op.Flag&polling != 0 && errno == 0:
		h.hot = b.slots.table[op.Sys.Slot-1].reaps == b.reaps.Load()
		op.Flag &^= polling
		b.queueReceive(op)
	case op.Flag&polling == 0 && errno == unix.EAGAIN:
		h.hot = false
		b.unfilled(op)
		op.Flag |= polling
		b.prepare(op)
	default:
		return false
	}
	return true
}

// provide is step 3.
func (b *Backend) takeBuffer(op *backend.Op) {
	args := op.Receive()
	args.Buffer = args.Pool.TryTake()
	switch {
	case args.Buffer != nil:
	case op.Flag&speculative != 0:
		op.Flag |= polling
	case !b.awaitBuffer(op):
		op.Flag |= needsBuffer
		return
	}
	op.Flag &^= speculative
	b.prepare(op)
}

// secure takes a buffer from a pool that was dry just now, or has op's handle wait
// for one.
func (b *Backend) awaitBuffer(op *backend.Op) bool {
	args, h := op.Receive(), op.Handle.(*handle)
	h.poolWaiter = args.Pool.Waiter(h.poolWaiter, h.grant)
	args.Buffer = args.Pool.Take(h.poolWaiter)
	return args.Buffer != nil
}

// grant goes on with a buffer. If there is no use for it, it is given back.
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
	b.prepare(op)
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// resubmit gives op, which may wait for its turn or for a buffer, back to the
// kernel, where a cancel finds it.
func (b *Backend) resubmit(op *backend.Op) {
	if op.Flag&(queuedReceive|needsBuffer) != 0 {
		op.Flag = op.Flag&^(queuedReceive|speculative|needsBuffer) | polling
		b.prepare(op)
	}
}

// filled ends a receive that has brought n bytes, or the end of the stream.
func (b *Backend) filled(op *backend.Op, h *handle, n int) {
	if op.Err = h.transferred(op, n); op.Err != nil {
		b.unfilled(op)
		return
	}
	op.N = n
	op.Receive().Buffer.Fill(n)
}

// unfilled gives back the buffer of op, if it is a receive that has one.
func (b *Backend) unfilled(op *backend.Op) {
	if op.Kind != backend.KindReceive {
		return
	}
	if args := op.Receive(); args.Buffer != nil {
		b.spares.Add(args.Buffer)
		args.Buffer = nil
	}
}

// On a locked thread, receives whose bytes have come are served first come, first
// served, and only so many in each call of Wait (docs/adr/0014):
//
//   - Fair: a receive that is started when its bytes are there already is completed
//     by the kernel on the spot. Here it goes to the end of the line.
//   - Short rounds: one thousand requests at once do not hold up timers, posts and
//     Stop until all of them are answered, and each system call is short enough for
//     the Go scheduler not to be told of it.
//   - Warm caches: the bytes are read, handled and answered before the next ones
//     are looked at; and few buffers are in use, again and again.
//
// Where a dispatcher parks, each call of Wait costs it more, and so serving all at
// once is 8 % cheaper there.

// receivesPerTurn bounds how many get a buffer in one call of Wait.
const receivesPerTurn = 64

// arrivals are the numbers of the receives that wait for their turn, in order. One
// that was recalled meanwhile is still there, and passed over. The backend's lock
// covers them: whoever starts a receive may add one.
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

// take is the first one. There must be one.
func (a *receiveQueue) take() uint64 {
	number := a.numbers[a.first]
	if a.first++; a.first == len(a.numbers) {
		a.numbers, a.first = a.numbers[:0], 0
	}
	return number
}

// arrived puts op, whose bytes have come or are believed to have, at the end of the
// line, if there is one. The lock is held.
func (b *Backend) queueReceive(op *backend.Op) {
	if b.thread == nil {
		b.takeBuffer(op)
		return
	}
	op.Flag |= queuedReceive
	b.receiveQueue.add(b.slots.number(op))
	if !b.hasReceives.Load() {
		b.hasReceives.Store(true)
	}
}

// runReceives lets the first in the line read.
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
		b.takeBuffer(s.op)
	}
	b.hasReceives.Store(b.receiveQueue.len() > 0)
	b.mu.Unlock()
}

// cancelReceives is for Close: all who are in the line have been recalled.
func (b *Backend) cancelReceives() {
	b.mu.Lock()
	b.receiveQueue = receiveQueue{}
	b.hasReceives.Store(false)
	b.mu.Unlock()
}
