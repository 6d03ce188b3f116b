//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

// Package kqueue carries operations out on readiness (package readiness), which a
// kernel event queue reports, on macOS and the BSDs.
//
// A goroutine that waits holds a thread of the operating system: Go's runtime has a
// queue of its own, which cannot contain another one (see sys.Kqueue).
//
// Everything but the system calls also compiles on Linux, where the tests use a
// simulated queue.
package kqueue

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/readiness"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Queue is a kernel event queue: sys.Kqueue or a simulation. Wait is called by one
// goroutine at a time, the other methods by any goroutine. No method is called during
// or after Close.
type Queue interface {
	// Add watches a descriptor in both directions, edge-triggered, until it is removed
	// or closed. What is possible already counts as a change.
	Add(fd int) unix.Errno
	Remove(fd int)
	// Wait takes events and returns how many. It waits for the first one for at most
	// timeout, or forever if timeout is negative. It may return without any.
	Wait(e *sys.KqueueEvents, timeout time.Duration) int
	// Trigger makes the Wait in progress, or else the next one, return with an event
	// that has no filter.
	Trigger()
	Close() error
}

// NewOn makes a backend on the queue that open makes.
func NewOn(name string, open func() (Queue, error)) (backend.Backend, error) {
	return readiness.New(name, func(begun time.Time, ready func() bool) (readiness.Demultiplexer, error) {
		q, err := open()
		if err != nil {
			return nil, err
		}
		return &demultiplexer{queue: q, begun: begun, ready: ready}, nil
	})
}

// demultiplexer is a queue with the tokens of its descriptors.
type demultiplexer struct {
	queue Queue
	begun time.Time
	ready func() bool

	sleeping atomic.Bool      // a goroutine is inside the queue, or about to be
	inSleep  bool             // in Sleep, which has taken the events already; used by Sleep and Poll only
	events   sys.KqueueEvents // the first taken of them are for the next Poll
	taken    int

	closeMu sync.RWMutex // held by Wake, so that Close does not take the queue away
	closed  bool

	mu     sync.Mutex
	tokens []readiness.Token // by descriptor
}

// Add implements readiness.Demultiplexer.
func (d *demultiplexer) Add(fd int, token readiness.Token) unix.Errno {
	d.mu.Lock()
	for len(d.tokens) <= fd {
		d.tokens = append(d.tokens, noToken)
	}
	d.tokens[fd] = token
	d.mu.Unlock()
	return d.queue.Add(fd)
}

// noToken is a token that no handle has.
const noToken = ^readiness.Token(0)

// Remove implements readiness.Demultiplexer.
func (d *demultiplexer) Remove(fd int) { d.queue.Remove(fd) }

// Poll implements readiness.Demultiplexer.
func (d *demultiplexer) Poll(edges *readiness.Edges) (n int) {
	if d.taken == 0 && !d.inSleep {
		d.taken = d.queue.Wait(&d.events, 0)
	}
	for i := range d.events[:d.taken] {
		e := &d.events[i]
		if flags := translate(e); flags != 0 {
			edges[n] = readiness.Edge{Token: d.token(e.FD), Flags: flags}
			n++
		}
	}
	d.taken = 0
	return n
}

// token returns the token of the handle that has descriptor fd now. An event of a
// closed descriptor with the same number becomes an extra edge, which does no harm.
// (The queue could carry a token itself, but as a pointer, which Go's garbage collector
// would follow.)
func (d *demultiplexer) token(fd int) readiness.Token {
	d.mu.Lock()
	defer d.mu.Unlock()
	if fd >= len(d.tokens) {
		return noToken
	}
	return d.tokens[fd]
}

// translate turns an event into flags of package readiness; 0 if the event does not
// concern a descriptor.
//
// The end of the stream may be reported once only, with bytes still to be read. So it
// is a hang-up, after which the queue of operations continues until it finds the end. A
// pipe whose reader has gone ends both filters, but some systems report only one.
func translate(e *sys.KqueueEvent) (f readiness.Flags) {
	switch e.Filter {
	case sys.KqueueRead:
		f = readiness.Readable
	case sys.KqueueWrite:
		f = readiness.Writable
	default:
		return 0
	}
	if e.EOF || e.Errno != 0 {
		f |= readiness.Hangup
	}
	return f
}

// Sleep implements readiness.Demultiplexer. It waits in the queue, which holds a
// thread, unless there is a reason not to. The events it takes are for the Poll that
// ready calls.
func (d *demultiplexer) Sleep(deadline time.Duration) {
	d.inSleep = true
	for {
		d.sleeping.Store(true)
		if d.ready() {
			break
		}
		if d.taken = d.queue.Wait(&d.events, d.until(deadline)); d.taken == 0 {
			break // at the deadline, or after a signal
		}
	}
	d.sleeping.Store(false)
	d.inSleep = false
}

// until returns the time until deadline; negative for NoDeadline.
func (d *demultiplexer) until(deadline time.Duration) time.Duration {
	if deadline == backend.NoDeadline {
		return -1
	}
	return max(0, deadline-time.Since(d.begun))
}

// Wake implements readiness.Demultiplexer.
func (d *demultiplexer) Wake() {
	if !d.sleeping.Load() || !d.sleeping.CompareAndSwap(true, false) {
		return
	}
	d.closeMu.RLock()
	defer d.closeMu.RUnlock()
	if !d.closed {
		d.queue.Trigger()
	}
}

// Close implements readiness.Demultiplexer.
func (d *demultiplexer) Close() error {
	d.closeMu.Lock()
	defer d.closeMu.Unlock()
	d.closed = true
	return d.queue.Close()
}
