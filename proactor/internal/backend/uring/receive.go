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
//     owned meanwhile
//  2. on a locked thread it gets in line (inLine, arrivals.go), and the kernel knows
//     nothing of it
//  3. when its turn has come a buffer is taken from the pool; if there is none the
//     operation waits for one (starving), and the kernel still knows nothing of it
//  4. the bytes are read into the buffer, at once; if somebody else has taken
//     them the buffer is given back, and it begins again
//
// docs/adr/0007 says why the kernel's own buffer rings are not used.

// prepareReceive writes the entry of step 1 or 4.
func (b *Backend) prepareReceive(op *backend.Op, h *handle, e *sys.SQE) {
	if op.Flag&polling != 0 {
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
	b.gathered.prompt(int(e.Len))
	b.push(e)
}

// provided takes a receive from one step to the next, given the kernel's answer.
// It reports false when that is the last one. The lock is held, as for the next.
func (b *Backend) provided(op *backend.Op, errno unix.Errno) bool {
	if op.Flag&cancelled != 0 {
		return false
	}
	switch {
	case op.Flag&polling != 0 && errno == 0:
		b.arrived(op)
	case op.Flag&polling == 0 && errno == unix.EAGAIN:
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
	args, h := op.Receive(), op.Handle.(*handle)
	if args.Buffer = args.Pool.TryTake(); args.Buffer == nil {
		h.waiter = args.Pool.Waiter(h.waiter, h.grant)
		args.Buffer = args.Pool.Take(h.waiter)
	}
	if args.Buffer == nil {
		op.Flag |= starving
		return
	}
	b.prepare(op)
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
		op.Flag = op.Flag&^(inLine|starving) | polling
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
