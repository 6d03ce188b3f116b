//go:build linux

// Package uring is the backend on io_uring: a program hands operations to the
// kernel through shared memory, and reads their completions from shared memory.
//
// # The life of an operation
//
//  1. Start queues it behind the others of its handle and direction. The head of
//     that queue gets a slot and an entry in the submission queue (start.go,
//     submit.go). Only heads are in the kernel, which keeps a stream in order.
//  2. A dispatcher that is awake submits the entries with one system call when it
//     calls Wait. While it is parked, the goroutine that calls Start submits
//     them (submit.go).
//  3. Wait reads the completion queue without a system call, or else parks in
//     Go's netpoller, where the ring's descriptor is readable while there are
//     completions (uring.go). A parked dispatcher holds no thread of the operating
//     system. With Options.Locked it has a thread, which waits in the kernel
//     (ringthread.go).
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
	"time"

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

// Wait submits the entries added since the last call and returns the operations
// that have completed. It parks only when there are none.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	switch {
	case b.ringClosed:
		return b.takeRemaining()
	case b.thread != nil:
		return b.thread.wait(deadline)
	}
	b.countWait()
	for {
		b.submitHeld()
		b.runTransmits()
		b.submit()
		b.fetchOverflow()
		list := b.reap()
		if list != nil || b.Woken.Load() || b.IsDue(deadline) {
			b.ClearWake()
			return list
		}
		if b.hasTransmits.Load() {
			continue
		}
		b.sleeper.Sleep(deadline)
		b.reaps.Add(1)
	}
}

// takeRemaining returns the operations that Close left for Wait, and those that
// were started after Close.
func (b *Backend) takeRemaining() *backend.Op {
	b.mu.Lock()
	list, descriptors, toRelease := b.completed.Take(), b.toClose, b.toRelease
	b.toClose, b.toRelease = nil, backend.SpareBuffers{}
	b.mu.Unlock()
	toRelease.Release()
	closeDescriptors(descriptors)
	return list
}

// fetchOverflow fetches the completions that did not fit in the completion queue.
func (b *Backend) fetchOverflow() {
	if b.ring.Ready() == 0 && b.ring.NeedsEnter() {
		b.ring.Enter(0, sys.RingEnterGetEvents, true)
	}
}

// hasWork reports whether there is a reason not to sleep.
func (b *Backend) hasWork() bool {
	return b.ring.Ready() > 0 || b.Woken.Load() || b.ring.Pending() > 0 || b.ring.Overflown() || b.hasCompleted.Load() || b.hasTransmits.Load() || b.spinner.held.Load() != nil
}

// Wake makes Wait return.
func (b *Backend) Wake() {
	if !b.Woken.Load() && !b.Woken.Swap(true) {
		b.sleeper.Wake()
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
