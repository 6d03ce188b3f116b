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
//  2. on a locked thread it gets in line (inLine, arrivals.go), and the kernel knows
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
	if op.Handle.(*handle).likely {
		op.Flag |= unasked
		b.arrived(op)
		return
	}
	op.Flag |= polling // a buffer is taken when there are bytes
	b.prepare(op)
}

// prepareReceive writes the entry of step 1 or 4.
func (b *Backend) prepareReceive(op *backend.Op, h *handle, e *sys.SQE) {
	if op.Flag&polling != 0 {
		b.slots.table[op.Sys.Slot-1].round = b.round.Load()
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
	b.expected.prompt(int(e.Len))
	b.push(e)
}

// provided takes a receive from one step to the next, given the kernel's answer.
// It reports false when that is the last one. The lock is held, as for the next.
func (b *Backend) provided(op *backend.Op, errno unix.Errno) bool {
	if op.Flag&cancelled != 0 {
		return false
	}
	h := op.Handle.(*handle)
	switch {
	case op.Flag&polling != 0 && errno == 0:
		h.likely = b.slots.table[op.Sys.Slot-1].round == b.round.Load()
		op.Flag &^= polling
		b.arrived(op)
	case op.Flag&polling == 0 && errno == unix.EAGAIN:
		h.likely = false
		b.unfilled(op)
		op.Flag |= polling
		b.prepare(op)
	default:
		return false
	}
	return true
}

// provide is step 3.
func (b *Backend) provide(op *backend.Op) {
	args := op.Receive()
	args.Buffer = args.Pool.TryTake()
	switch {
	case args.Buffer != nil:
	case op.Flag&unasked != 0:
		op.Flag |= polling
	case !b.secure(op):
		op.Flag |= starving
		return
	}
	op.Flag &^= unasked
	b.prepare(op)
}

// secure takes a buffer from a pool that was dry just now, or has op's handle wait
// for one.
func (b *Backend) secure(op *backend.Op) bool {
	args, h := op.Receive(), op.Handle.(*handle)
	h.waiter = args.Pool.Waiter(h.waiter, h.grant)
	args.Buffer = args.Pool.Take(h.waiter)
	return args.Buffer != nil
}

// grant goes on with a buffer. If there is no use for it, it is given back.
func (h *handle) grant(buf *backend.PoolBuffer) {
	b := h.b
	b.mu.Lock()
	op := h.queues[backend.In].Head()
	if op == nil || op.Flag&starving == 0 || op.Receive().Pool != buf.Pool() {
		b.mu.Unlock()
		buf.Release()
		return
	}
	op.Flag &^= starving
	op.Receive().Buffer = buf
	b.prepare(op)
	b.mu.Unlock()
	b.nudge()
}

// resubmit gives op, which may wait for its turn or for a buffer, back to the
// kernel, where a cancel finds it.
func (b *Backend) resubmit(op *backend.Op) {
	if op.Flag&(inLine|starving) != 0 {
		op.Flag = op.Flag&^(inLine|unasked|starving) | polling
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
