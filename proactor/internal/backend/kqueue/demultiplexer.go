//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

// Package kqueue carries operations out on readiness (package readiness), which
// it learns of from a kernel event queue, on macOS and the BSDs.
//
// A goroutine that waits holds an operating-system thread: Go's runtime has a
// queue of its own, and does not take another one into it (sys.Kqueue says why).
//
// All but the system calls is compiled on Linux too, where the tests put a
// simulated queue in the place of the kernel's.
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

// Queue is a kernel event queue: sys.Kqueue, or what behaves like one. Wait is
// called by one goroutine at a time, the rest by any. Nothing is called after
// Close, or beside it.
type Queue interface {
	// Add watches a descriptor in both directions, edge-triggered, until it is removed
	// or closed. What is possible already counts as a change.
	Add(fd int) unix.Errno
	Remove(fd int)
	// Wait takes events, and returns how many. It waits for the first one for as long
	// as timeout says, for ever if it is negative. It may return without any.
	Wait(e *sys.KqueueEvents, timeout time.Duration) int
	// Trigger makes the Wait in progress, or else the next one, return with an event
	// of no filter.
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

// demultiplexer is a queue and what is known of its descriptors.
type demultiplexer struct {
	queue Queue
	begun time.Time
	ready func() bool

	asleep   atomic.Bool      // a goroutine is inside the queue, or about to be
	sleeping bool             // in Sleep: what it has taken is enough; Sleep's and Poll's
	events   sys.KqueueEvents // the first taken of them are for the next Poll
	taken    int

	life   sync.RWMutex // held by Wake, so that Close does not take the queue away
	closed bool

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

// noToken is one that no handle has.
const noToken = ^readiness.Token(0)

// Remove implements readiness.Demultiplexer.
func (d *demultiplexer) Remove(fd int) { d.queue.Remove(fd) }

// Poll implements readiness.Demultiplexer.
func (d *demultiplexer) Poll(edges *readiness.Edges) (n int) {
	if d.taken == 0 && !d.sleeping {
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

// token is whose descriptor it is now. An event that was meant for one of the same
// number, closed meanwhile, is an edge too many, which does no harm. (The queue
// would carry a token itself, as a pointer: Go's collector looks at those.)
func (d *demultiplexer) token(fd int) readiness.Token {
	d.mu.Lock()
	defer d.mu.Unlock()
	if fd >= len(d.tokens) {
		return noToken
	}
	return d.tokens[fd]
}

// translate puts what the queue says into the backend's words; 0 for what is not
// about a descriptor.
//
// That the other end has closed may be told with bytes still to be read, and once:
// a hang-up has the lane go on until it finds the end. A pipe whose reader has gone
// says so to either filter, and some systems tell the other one alone.
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
