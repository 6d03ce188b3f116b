//go:build linux

// Package uring is the backend on io_uring: operations are handed to the
// kernel through shared memory, and come back completed through shared memory.
//
// # How an operation goes
//
//  1. Start queues it behind others of its handle and direction. The head of
//     that queue gets a slot and an entry in the submission queue (start.go,
//     prepare.go). Only heads are in the kernel: that is what keeps a stream
//     in order.
//  2. A dispatcher that is awake submits what has gathered with one system call
//     when it comes to Wait; while it is parked Start submits at once, from the
//     goroutine that calls it (submit.go).
//  3. Wait reads the completion queue without a system call, or else parks in
//     Go's netpoller, where the ring's descriptor is readable while there are
//     completions (wait.go). No operating-system thread is held; unless Options.Locked
//     has asked for one, which then waits in the kernel (locked.go).
//  4. Each completion finds its operation through its slot, is turned into a
//     result, and lets the next of its queue begin (reap.go, result.go).
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
	ring   *sys.Ring
	caps   Capabilities
	tuning tuning
	begun  time.Time

	mu       sync.Mutex // covers all up to closed, the handles' queues, and Op.Flag
	slots    slots
	backlog  []sys.SQE            // what found the submission queue full, in order
	done     backend.Queue        // completed, not yet taken by Wait
	doomed   []int                // descriptors to close once mu is released
	spares   backend.SpareBuffers // to be released once mu is
	opened   int                  // opens in done whose descriptors are not handles yet
	line     []*backend.Op        // transmissions that are to have a turn
	arrivals arrivals
	closed   bool // Close was called

	life  sync.RWMutex // held for reading by who enters the ring outside of Wait
	ended bool         // life: the ring is gone

	spilled  atomic.Bool   // backlog is not empty
	ready    atomic.Bool   // done is not empty
	standing atomic.Bool   // line is not empty
	arriving atomic.Bool   // arrivals is not empty
	spare    []*backend.Op // Wait's: the line before
	expected expected
	round    atomic.Uint32 // counts how often completions were reaped, or waited for

	handles backend.Registry[*handle]
	files   files.Pool
	rest    resting
	thread  *thread     // rest, if it is one: nobody but its goroutine enters the ring
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
	b := &Backend{ring: ring, caps: caps, tuning: t, begun: time.Now()}
	b.files.Init(b.fileDone, b.recallFile)
	if err := b.makeRest(t); err != nil {
		ring.Close()
		return nil, err
	}
	return b, nil
}

// makeRest makes what the dispatching goroutine waits in.
func (b *Backend) makeRest(t tuning) (err error) {
	if t.locked {
		if b.thread, err = newThread(b); err != nil {
			return fmt.Errorf("uring: %w", err)
		}
		b.rest = b.thread
		return nil
	}
	parking := new(sys.Parking)
	if err := parking.Init(b.ring.FD(), "io_uring", b.begun, b.stirring); err != nil {
		return fmt.Errorf("uring: Go's poller does not take a ring's descriptor: %w: use the epoll backend", err)
	}
	b.rest = parking
	return nil
}

// Name is "uring".
func (b *Backend) Name() string { return "uring" }

// Capabilities are what was found out about this kernel.
func (b *Backend) Capabilities() Capabilities { return b.caps }

// Now is the monotonic time since New.
func (b *Backend) Now() time.Duration { return time.Since(b.begun) }
