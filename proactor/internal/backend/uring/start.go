//go:build linux

package uring

import (
	"github.com/actum-go/actum/proactor/internal/backend"
)

// Where an operation is, in Op.Flag.
const (
	idle      uint32 = 0
	queued    uint32 = 1 << 0 // behind another one of its handle and direction
	inFlight  uint32 = 1 << 1 // it has a slot: the kernel has it, or will get it
	cancelled uint32 = 1 << 2 // in flight, and asked to end early
	polling   uint32 = 1 << 3 // in flight, and waiting until it may be tried again

	onFileWorker uint32 = 1 << 4 // the files' workers have it
	transmitting uint32 = 1 << 5 // see file.go

	// Of receives in flight (receive.go). The kernel knows nothing of the first two.
	queuedReceive uint32 = 1 << 6 // waits for its turn to be given a buffer
	needsBuffer   uint32 = 1 << 7 // waits for a buffer
	speculative   uint32 = 1 << 8 // is believed to have bytes: the kernel was not asked
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
	case h.closeReason != nil:
		b.complete(op, 0, h.closeReason)
	case h.writeClosing && op.Kind.Direction() == backend.Out:
		b.complete(op, 0, backend.ErrWriteClosed)
	case h.packet && h.misdirected(op):
	case h.queues[op.Kind.Direction()].Push(op):
		b.advance(&h.queues[op.Kind.Direction()])
	default:
		op.Flag = queued
	}
	b.mu.Unlock()
	b.wakeOrSubmit()
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
	if op.Kind == backend.KindTransmitFile {
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
	b.completed.Push(op)
	b.hasCompleted.Store(true)
}

// Cancel takes op out of its queue, or asks the kernel to end it. What the
// kernel has done by then is not undone: bytes moved, a stream accepted or
// connected are the operation's result.
func (b *Backend) Cancel(op *backend.Op) {
	b.mu.Lock()
	switch {
	case op.Flag&onFileWorker != 0:
		b.mu.Unlock()
		b.files.Cancel(op)
		return
	case op.Flag == queued:
		op.Handle.(*handle).queues[op.Kind.Direction()].Remove(op)
		b.complete(op, 0, backend.ErrCanceled)
	case op.Flag != idle:
		b.cancelInFlightLocked(op)
	}
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// CancelAll cancels what is outstanding on every handle, every connect, and all
// that is about files.
func (b *Backend) CancelAll() {
	b.handles.Each((*handle).Cancel)
	b.files.CancelAll()
	b.mu.Lock()
	b.cancelWithoutHandleLocked()
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// cancelWithoutHandleLocked recalls what is in flight and belongs to no stream or listener.
// The lock is held.
func (b *Backend) cancelWithoutHandleLocked() {
	for i := range b.slots.table {
		op := b.slots.table[i].op
		if op == nil {
			continue
		}
		if _, ok := op.Handle.(*handle); !ok {
			b.cancelInFlightLocked(op)
		}
	}
}

// recall asks the kernel for op, once, or sees to it that a transmission ends
// when it comes to its turn. The lock is held.
func (b *Backend) cancelInFlightLocked(op *backend.Op) {
	if op.Flag&cancelled != 0 {
		return
	}
	op.Flag |= cancelled
	b.resubmit(op)
	if op.Flag&inFlight != 0 {
		b.prepareCancel(b.slots.number(op))
	}
}

// slots number what is in flight. The number that the kernel is given is
//
//	bits 63..32  generation of the slot
//	bit  31      1 in the number of a cancel, 0 in that of the operation itself
//	bits 30..0   index of the slot + 1
//
// so that a late cancel cannot hit the slot's next operation. The table grows
// to the largest number in flight and stays. The backend's lock covers it.
type slots struct {
	table []slot
	free  uint32 // index + 1 of the first free slot; 0: none
	used  int
}

type slot struct {
	op         *backend.Op // keeps the operation's memory reachable
	generation uint32
	next       uint32 // of the free list
	tries      uint8  // failures in a row that were worth another attempt
	reaps      uint32 // Backend.round when the entry was written; of receives
}

// ofCancel makes the number of an operation that of a cancel of it.
const ofCancel uint64 = 1 << 31

// take gives op a slot.
func (s *slots) take(op *backend.Op) uint64 {
	if s.free == 0 {
		s.table = append(s.table, slot{})
		s.free = uint32(len(s.table))
	}
	op.Sys.Slot = s.free
	t := &s.table[s.free-1]
	s.free = t.next
	s.used++
	t.op, t.tries = op, 0
	return s.number(op)
}

// number is what the kernel knows op by.
func (s *slots) number(op *backend.Op) uint64 {
	return uint64(s.table[op.Sys.Slot-1].generation)<<32 | uint64(op.Sys.Slot)
}

// find is the slot of that number; nil if its operation is long done.
func (s *slots) find(number uint64) *slot {
	index := uint32(number)
	if index == 0 || uint64(index) > uint64(len(s.table)) {
		return nil
	}
	t := &s.table[index-1]
	if t.op == nil || t.generation != uint32(number>>32) {
		return nil
	}
	return t
}

// drop frees op's slot.
func (s *slots) drop(op *backend.Op) {
	t := &s.table[op.Sys.Slot-1]
	t.op = nil
	t.generation++
	t.next, s.free = s.free, op.Sys.Slot
	s.used--
}
