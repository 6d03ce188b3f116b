//go:build linux

package uring

import "github.com/actum-go/actum/proactor/internal/backend"

// Where an operation is, in Op.Flag.
const (
	idle      uint32 = 0
	queued    uint32 = 1 << 0 // behind another one of its handle and direction
	inFlight  uint32 = 1 << 1 // it has a slot: the kernel has it, or will get it
	cancelled uint32 = 1 << 2 // in flight, and asked to end early
	polling   uint32 = 1 << 3 // in flight, and waiting until it may be tried again

	away         uint32 = 1 << 4 // the files' workers have it
	transmitting uint32 = 1 << 5 // see transmit.go

	// Of receives in flight (receive.go). The kernel knows nothing of the first two.
	inLine   uint32 = 1 << 6 // waits for its turn to be given a buffer
	starving uint32 = 1 << 7 // waits for a buffer
	unasked  uint32 = 1 << 8 // is believed to have bytes: the kernel was not asked
)

// Start begins op, or queues it behind its predecessors.
func (b *Backend) Start(op *backend.Op) {
	op.N, op.Err, op.New = 0, nil, nil
	if op.Kind == backend.KindConnect {
		b.startConnect(op)
		return
	}
	h, ok := op.Handle.(*handle)
	if !ok {
		b.startFile(op)
		return
	}
	b.mu.Lock()
	switch {
	case !op.Kind.Suits(h.listener, h.packet):
		b.complete(op, 0, backend.ErrWrongHandle)
	case h.why != nil:
		b.complete(op, 0, h.why)
	case h.ending && op.Kind.Direction() == backend.Out:
		b.complete(op, 0, backend.ErrWriteClosed)
	case h.packet && h.misdirected(op):
	case h.queues[op.Kind.Direction()].Push(op):
		b.advance(&h.queues[op.Kind.Direction()])
	default:
		op.Flag = queued
	}
	b.mu.Unlock()
	b.nudge()
}

// advance puts the head of q into flight. Those that move nothing are done at
// once: the kernel would take a read of nothing for the end of the stream. The
// lock is held.
func (b *Backend) advance(q *backend.Queue) {
	for op := q.Head(); op != nil; op = q.Head() {
		if size(op) > 0 {
			op.Handle.(*handle).refs.Add(1)
			b.launch(op)
			return
		}
		q.Pop()
		b.complete(op, 0, nil)
	}
}

// launch gives op a slot and hands it over.
func (b *Backend) launch(op *backend.Op) {
	if op.Kind == backend.KindTransmit {
		b.beginTransmit(op)
		return
	}
	op.Flag = inFlight
	b.slots.take(op)
	if op.Kind == backend.KindReceive {
		b.beginReceive(op)
		return
	}
	b.prepare(op)
}

// complete hands op back with an error that did not come from the kernel. The
// lock is held.
func (b *Backend) complete(op *backend.Op, n int, err error) {
	op.N, op.Err, op.Flag = n, err, idle
	b.done.Push(op)
	b.ready.Store(true)
}

// Cancel takes op out of its queue, or asks the kernel to end it. What the
// kernel has done by then is not undone: bytes moved, a stream accepted or
// connected are the operation's result.
func (b *Backend) Cancel(op *backend.Op) {
	b.mu.Lock()
	switch {
	case op.Flag&away != 0:
		b.mu.Unlock()
		b.files.Cancel(op)
		return
	case op.Flag == queued:
		op.Handle.(*handle).queues[op.Kind.Direction()].Remove(op)
		b.complete(op, 0, backend.ErrCanceled)
	case op.Flag != idle:
		b.recall(op)
	}
	b.mu.Unlock()
	b.nudge()
}

// CancelAll cancels what is outstanding on every handle, every connect, and all
// that is about files.
func (b *Backend) CancelAll() {
	b.handles.Each((*handle).Cancel)
	b.files.CancelAll()
	b.mu.Lock()
	b.recallOthers()
	b.mu.Unlock()
	b.nudge()
}

// recallOthers recalls what is in flight and belongs to no stream or listener.
// The lock is held.
func (b *Backend) recallOthers() {
	for i := range b.slots.table {
		op := b.slots.table[i].op
		if op == nil {
			continue
		}
		if _, ok := op.Handle.(*handle); !ok {
			b.recall(op)
		}
	}
}

// recall asks the kernel for op, once, or sees to it that a transmission ends
// when it comes to its turn. The lock is held.
func (b *Backend) recall(op *backend.Op) {
	if op.Flag&cancelled != 0 {
		return
	}
	op.Flag |= cancelled
	b.resubmit(op)
	if op.Flag&inFlight != 0 {
		b.prepareCancel(b.slots.number(op))
	}
}
