//go:build linux

// Package uring is the backend on io_uring: a program hands operations to the
// kernel through shared memory, and reads their completions from shared memory.
//
// # The life of an operation
//
//  1. Start queues it behind the others of its handle and direction. The head of
//     that queue gets a slot and an entry in the submission queue
//     (submit.go). Only heads are in the kernel, which keeps a stream in order.
//  2. A dispatcher that is awake submits the entries with one system call when it
//     calls Wait. While it is parked, the goroutine that calls Start submits
//     them (submit.go).
//  3. Wait reads the completion queue without a system call, or else parks in
//     Go's netpoller, where the ring's descriptor is readable while there are
//     completions (wait.go). A parked dispatcher holds no thread of the operating
//     system. With Options.Locked it has a thread, which waits in the kernel.
//  4. Each completion finds its operation through its slot, becomes a result, and
//     lets the next operation of its queue begin (reap.go).
//
// # Invariants
//
// The kernel knows an operation by a slot number with a generation, never by a
// pointer. The slot keeps the Op, and through it every buffer, iovec and address,
// reachable until the last completion. All of that is on the heap.
//
// The kernel cancels what a thread has submitted when that thread exits, and
// Go's threads do exit. An operation that was cancelled without a request is
// submitted again.
//
// One lock covers the queues, the slots and the submission queue. It is held
// for nanoseconds, except when the submission queue is full.
package uring

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// defaultEntries is the size of the submission queue: how many entries fit
// between two calls of Wait before an extra system call is needed.
const defaultEntries = 256

// completionsPerEntry makes the completion queue larger than the submission
// queue, because a thousand connections can complete at once. The kernel keeps
// more completions than fit in a list, which costs a system call to fetch.
const completionsPerEntry = 16

// Backend is a ring with its operations in flight.
type Backend struct {
	skeleton.Base // Closed is set while mu is held
	skeleton.Handles[*handle]
	Open   backend.Registry[*handle]
	ring   *sys.Ring
	caps   Capabilities
	tuning tuning

	mu            sync.Mutex // covers the fields down to receiveQueue, the handles' queues, and Op.Flag
	slots         slots
	backlog       []sys.SQE            // entries that found the submission queue full, in order
	completed     backend.Queue        // operations that Wait has not taken yet
	toClose       []int                // descriptors to close once mu is released
	toRelease     backend.SpareBuffers // to release once mu is released
	opened        int                  // opens in completed whose descriptors are not handles yet
	transmitQueue []*backend.Op        // transmissions that can move more
	receiveQueue  receiveQueue

	enterMu    sync.RWMutex // read-locked by goroutines that enter the ring outside of Wait
	ringClosed bool         // covered by enterMu: the ring is gone

	hasBacklog    atomic.Bool   // backlog is not empty
	hasCompleted  atomic.Bool   // completed is not empty
	hasTransmits  atomic.Bool   // transmitQueue is not empty
	hasReceives   atomic.Bool   // receiveQueue is not empty
	lastTransmits []*backend.Op // used by Wait only: the previous transmitQueue, whose memory is reused
	estimate      estimate
	spinner       spinner
	reaps         atomic.Uint32 // counts the times that completions were reaped or waited for

	sleeper sleeper
	thread  *ringThread // sleeper, if that is a ringThread: no other thread enters the ring
}

var _ backend.Backend = (*Backend)(nil)

// New sets up a ring. The error says why the kernel refuses one, and what to do
// about it.
func New(o backend.Options) (backend.Backend, error) {
	without, err := parseFeatures(o.DisabledFeatures)
	if err != nil {
		return nil, err
	}
	return newBackend(o.Entries, tuning{without: without, locked: o.Locked})
}

func newBackend(entries int, t tuning) (*Backend, error) {
	if entries <= 0 {
		entries = defaultEntries
	}
	ring, caps, err := setup(uint32(entries), t)
	if err != nil {
		return nil, err
	}
	b := &Backend{ring: ring, caps: caps, tuning: t}
	b.Base.Init("uring", b.fileDone, b.cancelFile)
	b.Handles.Init(b.register)
	if err := b.makeSleeper(t); err != nil {
		ring.Close()
		return nil, err
	}
	return b, nil
}

// makeSleeper makes the sleeper in which the dispatching goroutine waits.
func (b *Backend) makeSleeper(t tuning) (err error) {
	if t.locked {
		if b.thread, err = newRingThread(b); err != nil {
			return fmt.Errorf("uring: %w", err)
		}
		b.sleeper = b.thread
		return nil
	}
	parking := new(sys.Parking)
	if err := parking.Init(b.ring.FD(), "io_uring", b.Started, b.hasWork); err != nil {
		return fmt.Errorf("uring: Go's poller does not take a ring's descriptor: %w: use the epoll backend", err)
	}
	b.sleeper = parking
	return nil
}

// Capabilities returns what New found out about this kernel.
func (b *Backend) Capabilities() Capabilities { return b.caps }

// Starting and cancelling. Start queues an operation by handle and direction,
// advanceLocked starts the head of a queue, launchLocked gives it a slot. Cancel takes a
// queued operation out of its queue and asks the kernel for the rest. The slots at the
// end of the file number the operations in flight.

// The states of an operation, in Op.Flag.
const (
	idle      uint32 = 0
	queued    uint32 = 1 << 0 // behind another operation of its handle and direction
	inFlight  uint32 = 1 << 1 // has a slot: the kernel has it, or will get it
	cancelled uint32 = 1 << 2 // in flight, and a cancel was requested
	polling   uint32 = 1 << 3 // in flight, and the kernel polls its descriptor before the next attempt

	onFileWorker uint32 = 1 << 4 // in the hands of a file worker
	transmitting uint32 = 1 << 5 // a transmission: see file.go

	// Receives in flight (receive.go). The kernel does not have the first two.
	queuedReceive uint32 = 1 << 6 // waits in receiveQueue for its turn to get a buffer
	needsBuffer   uint32 = 1 << 7 // waits for a buffer of its pool
	speculative   uint32 = 1 << 8 // started without a poll, in the hope that there are bytes

	// A read that has a slot and no entry (wait.go).
	heldBack  uint32 = 1 << 9
	attempted uint32 = 1 << 10 // and the spinning goroutine tries it now
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
	case !h.Suits(op.Kind):
		b.completeLocked(op, 0, backend.ErrWrongHandle)
	case h.closeReason != nil:
		b.completeLocked(op, 0, h.closeReason)
	case h.WriteClosing && op.Kind.Direction() == backend.Out:
		b.completeLocked(op, 0, backend.ErrWriteClosed)
	case h.Packet && h.rejectAddressLocked(op):
	case h.queues[op.Kind.Direction()].Push(op):
		b.advanceLocked(&h.queues[op.Kind.Direction()])
	default:
		op.Flag = queued
	}
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// rejectAddressLocked encodes the address of a send-to. If this socket cannot send
// to that address it completes op with an error and returns true.
func (h *handle) rejectAddressLocked(op *backend.Op) bool {
	if op.Kind != backend.KindSendTo {
		return false
	}
	_, err := h.EncodeDestination(op)
	if err != nil {
		h.b.completeLocked(op, 0, err)
	}
	return err != nil
}

// advanceLocked puts the head of q into flight. An operation of zero bytes
// completes at once, because a read of zero bytes would look like the end of the
// stream.
func (b *Backend) advanceLocked(q *backend.Queue) {
	for op := q.Head(); op != nil; op = q.Head() {
		if size(op) > 0 {
			op.Handle.(*handle).refs.Add(1)
			b.launchLocked(op)
			return
		}
		q.Pop()
		b.completeLocked(op, 0, nil)
	}
}

// launchLocked gives op a slot and writes its entry.
func (b *Backend) launchLocked(op *backend.Op) {
	if op.Kind == backend.KindTransmitFile {
		b.beginTransmitLocked(op)
		return
	}
	op.Flag = inFlight
	b.slots.take(op)
	if op.Kind == backend.KindReceive {
		b.beginReceiveLocked(op)
		return
	}
	if !b.holdLocked(op) {
		b.prepareLocked(op)
	}
}

// completeLocked completes op with a result that does not come from the kernel.
func (b *Backend) completeLocked(op *backend.Op, n int, err error) {
	op.N, op.Err, op.Flag = n, err, idle
	b.completed.Push(op)
	b.hasCompleted.Store(true)
}

// Cancel takes op out of its queue, or asks the kernel to end it. What the
// kernel has done by then stands: bytes that moved, or a stream that was accepted
// or connected, are the operation's result.
func (b *Backend) Cancel(op *backend.Op) {
	b.mu.Lock()
	switch {
	case op.Flag&onFileWorker != 0:
		b.mu.Unlock()
		b.Files.Cancel(op)
		return
	case op.Flag == queued:
		op.Handle.(*handle).queues[op.Kind.Direction()].Remove(op)
		b.completeLocked(op, 0, backend.ErrCanceled)
	case op.Flag != idle:
		b.cancelInFlightLocked(op)
	}
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// CancelAll cancels the operations that are outstanding on every handle, every
// connect, and every operation on files.
func (b *Backend) CancelAll() {
	b.Open.Each((*handle).Cancel)
	b.Files.CancelAll()
	b.mu.Lock()
	b.cancelWithoutHandleLocked()
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// cancelWithoutHandleLocked cancels the operations in flight that belong to no
// socket or pipe.
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

// cancelQueueLocked cancels the head of q and completes the operations behind it
// with why.
func (b *Backend) cancelQueueLocked(q *backend.Queue, why error) {
	head := q.Pop()
	if head == nil {
		return
	}
	b.cancelInFlightLocked(head)
	for op := q.Pop(); op != nil; op = q.Pop() {
		b.completeLocked(op, 0, why)
	}
	q.Push(head)
}

// cancelInFlightLocked asks the kernel, once, to end op. A transmission that is not
// in the kernel ends at its next turn, and a read that is being tried after the attempt.
func (b *Backend) cancelInFlightLocked(op *backend.Op) {
	if op.Flag&cancelled != 0 {
		return
	}
	op.Flag |= cancelled
	switch {
	case op.Flag&attempted != 0:
		return
	case op.Flag&heldBack != 0:
		b.submitHeldLocked()
	}
	b.resubmitLocked(op)
	if op.Flag&inFlight != 0 {
		b.prepareCancelLocked(b.slots.number(op))
	}
}

// Close ends all operations and waits until the kernel has given them back, which
// it does at once because all were cancelled. Wait returns them afterwards.
func (b *Backend) Close() error {
	b.mu.Lock()
	if b.Closed.Swap(true) {
		b.mu.Unlock()
		return nil
	}
	b.cancelWithoutHandleLocked()
	b.mu.Unlock()
	b.Open.CloseAll()
	b.Files.Close()
	b.clearReceives()
	b.drain()
	b.enterMu.Lock() // no goroutine is inside wakeOrSubmit
	defer b.enterMu.Unlock()
	b.ringClosed = true
	b.ring.Unmap()
	return b.sleeper.Close()
}

// drain reaps until no operation is in flight, and leaves all of them in b.completed.
func (b *Backend) drain() {
	var all backend.Queue
	for {
		b.submitHeld()
		b.runTransmits()
		b.submit()
		b.fetchOverflow()
		for op := b.reap(); op != nil; {
			next := op.Next
			all.Push(op)
			op = next
		}
		b.mu.Lock()
		if b.slots.used == 0 && len(b.backlog) == 0 && len(b.transmitQueue) == 0 {
			b.completed.Append(&all)
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		b.sleeper.Sleep(backend.NoDeadline)
		b.ClearWake()
	}
}

// ofCancel turns the number of an operation into that of its cancel.
const ofCancel uint64 = 1 << 31

// slots number the operations in flight. The number that the kernel gets is
//
//	bits 63..32  generation of the slot
//	bit  31      1 in the number of a cancel, 0 in that of the operation itself
//	bits 30..0   index of the slot + 1
//
// so that a late cancel cannot hit the slot's next operation. The table grows
// to the largest number in flight and never shrinks. The backend's lock covers it.
type slots struct {
	table []slot
	free  uint32 // index + 1 of the first free slot; 0: none
	used  int
}

type slot struct {
	op         *backend.Op // keeps the operation's memory reachable
	generation uint32
	next       uint32 // link of the free list
	tries      uint8  // failures in a row after which the operation was tried again
	reaps      uint32 // receives: Backend.reaps when the entry was written
}

// take gives op a slot and returns its number.
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

// number returns the number by which the kernel knows op.
func (s *slots) number(op *backend.Op) uint64 {
	return uint64(s.table[op.Sys.Slot-1].generation)<<32 | uint64(op.Sys.Slot)
}

// find returns the slot of that number; nil if its operation has ended.
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
