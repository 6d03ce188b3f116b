//go:build linux

// Package uring is the backend on io_uring: operations are handed to the
// kernel through shared memory, and come back completed through shared memory.
//
// # How an operation goes
//
//  1. Start queues it behind others of its handle and direction. The head of
//     that queue gets a slot and an entry in the submission queue (start.go,
//     submit.go). Only heads are in the kernel: that is what keeps a stream
//     in order.
//  2. A dispatcher that is awake submits what has gathered with one system call
//     when it comes to Wait; while it is parked Start submits at once, from the
//     goroutine that calls it (submit.go).
//  3. Wait reads the completion queue without a system call, or else parks in
//     Go's netpoller, where the ring's descriptor is readable while there are
//     completions (uring.go). No operating-system thread is held; unless Options.Locked
//     has asked for one, which then waits in the kernel (ringthread.go).
//  4. Each completion finds its operation through its slot, is turned into a
//     result, and lets the next of its queue begin (reap.go, reap.go).
//
// # What has to hold
//
// The kernel knows an operation as a slot number with a generation, never as a
// pointer, and the slot keeps the Op, and through it every buffer, iovec and
// address, reachable until the last completion. All of that is on the heap.
//
// The kernel cancels what a thread has submitted when that thread exits, and
// Go's threads do exit. A cancellation that nobody asked for is submitted
// again.
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
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// defaultEntries is the size of the submission queue: how much can gather
// between two calls of Wait before an extra system call is needed.
const defaultEntries = 256

// completionsPerEntry makes the completion queue larger than the submission
// queue, because one thousand connections can have something at once. Beyond
// that the kernel keeps completions in a list, which costs a system call.
const completionsPerEntry = 16

// Backend is a ring with what is in flight on it.
type Backend struct {
	ring    *sys.Ring
	caps    Capabilities
	tuning  tuning
	started time.Time

	mu            sync.Mutex // covers all up to closed, the handles' queues, and Op.Flag
	slots         slots
	backlog       []sys.SQE            // what found the submission queue full, in order
	completed     backend.Queue        // completed, not yet taken by Wait
	toClose       []int                // descriptors to close once mu is released
	spares        backend.SpareBuffers // to be released once mu is
	opened        int                  // opens in done whose descriptors are not handles yet
	transmitQueue []*backend.Op        // transmissions that are to have a turn
	receiveQueue  receiveQueue
	closed        bool // Close was called

	enterMu    sync.RWMutex // held for reading by who enters the ring outside of Wait
	ringClosed bool         // life: the ring is gone

	hasBacklog    atomic.Bool   // backlog is not empty
	hasCompleted  atomic.Bool   // done is not empty
	hasTransmits  atomic.Bool   // line is not empty
	hasReceives   atomic.Bool   // arrivals is not empty
	lastTransmits []*backend.Op // Wait's: the line before
	estimate      estimate
	reaps         atomic.Uint32 // counts how often completions were reaped, or waited for

	handles backend.Registry[*handle]
	files   files.Pool
	sleeper sleeper
	thread  *ringThread // rest, if it is one: nobody but its goroutine enters the ring
	woken   atomic.Bool // Wake was called since Wait returned last
}

var _ backend.Backend = (*Backend)(nil)

// New sets up a ring. The error says why there cannot be one, and what to do
// about it.
func New(o backend.Options) (backend.Backend, error) {
	without, err := parseFeatures(o.Without)
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
	b := &Backend{ring: ring, caps: caps, tuning: t, started: time.Now()}
	b.files.Init(b.fileDone, b.cancelFile)
	if err := b.makeSleeper(t); err != nil {
		ring.Close()
		return nil, err
	}
	return b, nil
}

// makeSleeper makes what the dispatching goroutine waits in.
func (b *Backend) makeSleeper(t tuning) (err error) {
	if t.locked {
		if b.thread, err = newRingThread(b); err != nil {
			return fmt.Errorf("uring: %w", err)
		}
		b.sleeper = b.thread
		return nil
	}
	parking := new(sys.Parking)
	if err := parking.Init(b.ring.FD(), "io_uring", b.started, b.hasWork); err != nil {
		return fmt.Errorf("uring: Go's poller does not take a ring's descriptor: %w: use the epoll backend", err)
	}
	b.sleeper = parking
	return nil
}

// Name is "uring".
func (b *Backend) Name() string { return "uring" }

// Capabilities are what was found out about this kernel.
func (b *Backend) Capabilities() Capabilities { return b.caps }

// Now is the monotonic time since New.
func (b *Backend) Now() time.Duration { return time.Since(b.started) }

// Wait submits what has gathered since the last call and returns what has
// completed. Only when that is nothing does it park.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	switch {
	case b.ringClosed:
		return b.takeRemaining()
	case b.thread != nil:
		return b.thread.wait(deadline)
	}
	for {
		b.runTransmits()
		b.submit()
		b.fetchOverflow()
		list := b.reap()
		if list != nil || b.woken.Load() || b.isDue(deadline) {
			b.clearWake()
			return list
		}
		if b.hasTransmits.Load() {
			continue
		}
		b.sleeper.Sleep(deadline)
		b.reaps.Add(1)
	}
}

func (b *Backend) isDue(deadline time.Duration) bool {
	return deadline == 0 || deadline != backend.NoDeadline && deadline <= b.Now()
}

// answer forgets a wake: who calls Wait will look for its reason now.
func (b *Backend) clearWake() {
	if b.woken.Load() {
		b.woken.Store(false)
	}
}

// left is what Close has left for Wait, and what was started too late.
func (b *Backend) takeRemaining() *backend.Op {
	b.mu.Lock()
	list, doomed, spares := b.completed.Take(), b.toClose, b.spares
	b.toClose, b.spares = nil, backend.SpareBuffers{}
	b.mu.Unlock()
	spares.Release()
	closeDescriptors(doomed)
	return list
}

// flush fetches completions that the kernel keeps to itself.
func (b *Backend) fetchOverflow() {
	if b.ring.Ready() == 0 && b.ring.NeedsEnter() {
		b.ring.Enter(0, sys.RingEnterGetEvents, true)
	}
}

// stirring reports whether there is a reason not to sleep.
func (b *Backend) hasWork() bool {
	return b.ring.Ready() > 0 || b.woken.Load() || b.ring.Pending() > 0 || b.ring.Overflown() || b.hasCompleted.Load() || b.hasTransmits.Load()
}

// Wake makes Wait return.
func (b *Backend) Wake() {
	if !b.woken.Load() && !b.woken.Swap(true) {
		b.sleeper.Wake()
	}
}

// Cancel recalls what is outstanding on h, which stays open.
func (h *handle) Cancel() {
	h.b.mu.Lock()
	for i := range h.queues {
		h.b.cancelQueueLocked(&h.queues[i], backend.ErrCanceled)
	}
	h.b.mu.Unlock()
	h.b.wakeOrSubmit()
}

// Close ends what is outstanding on h. The descriptor is closed when the
// kernel has given the last operation back.
func (h *handle) Close() error {
	h.closeMu.Lock()
	defer h.closeMu.Unlock()
	b := h.b
	b.mu.Lock()
	if h.closeReason != nil {
		b.mu.Unlock()
		return nil
	}
	h.closeReason = backend.ErrHandleClosed
	if b.closed {
		h.closeReason = backend.ErrBackendClosed
	}
	for i := range h.queues {
		b.cancelQueueLocked(&h.queues[i], h.closeReason)
	}
	b.mu.Unlock()

	h.closing.Store(true)
	h.file.Remove()
	if h.refs.Load() > 1 {
		// What cannot be cancelled, because it is running, ends too.
		sys.Shutdown(h.fd)
	}
	h.releaseDescriptor()
	b.handles.Remove(h) // at the end: until then Backend.Close waits for h
	b.wakeOrSubmit()
	return nil
}

// CloseWrite ends the outgoing direction behind what is being written.
func (h *handle) CloseWrite() error {
	switch {
	case h.listener:
		return backend.ErrWrongHandle
	case h.packet, h.name != "":
		return backend.ErrNotSocket
	}
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	if h.closeReason != nil {
		return h.closeReason
	}
	if !h.writeClosing {
		h.writeClosing = true
		h.shutdownWriteLocked()
	}
	return nil
}

// end tells the peer that no more will come, once nothing is left to be written.
// A peer that has gone already need not be told. The lock is held.
func (h *handle) shutdownWriteLocked() {
	if h.writeClosing && !h.writeShutDown && h.closeReason == nil && h.queues[backend.Out].Empty() {
		h.writeShutDown = true
		sys.ShutdownWrite(h.fd)
	}
}

// abandon recalls the head of q and completes those that wait behind it.
func (b *Backend) cancelQueueLocked(q *backend.Queue, why error) {
	head := q.Pop()
	if head == nil {
		return
	}
	b.cancelInFlightLocked(head)
	for op := q.Pop(); op != nil; op = q.Pop() {
		b.complete(op, 0, why)
	}
	q.Push(head)
}

// Close ends everything and waits for the kernel to give it all back, which it
// does at once: everything was cancelled. What has completed is there for Wait.
func (b *Backend) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	b.cancelWithoutHandleLocked()
	b.mu.Unlock()
	b.handles.CloseAll()
	b.files.Close()
	b.cancelReceives()
	b.drain()
	b.enterMu.Lock() // nobody is inside nudge
	defer b.enterMu.Unlock()
	b.ringClosed = true
	b.ring.Unmap()
	return b.sleeper.Close()
}

// drain reaps until nothing is in flight, and leaves it all in b.done.
func (b *Backend) drain() {
	var all backend.Queue
	for {
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
		b.clearWake()
	}
}
