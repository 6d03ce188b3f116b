package skeleton

import (
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Queue is the part of the queue of one direction of a handle that does not depend on
// the system. The head is the operation in progress.
type Queue struct {
	Mu     sync.Mutex // held during an attempt
	Ops    backend.Queue
	Closed error // the error of operations once the handle is closed

	waiter    *backend.PoolWaiter  // waits for a buffer; nil until a pool was empty
	toRelease backend.SpareBuffers // buffers to release once Mu is released
}

// Side is one direction of a handle: a backend's own type around a Queue. Start and the
// attempts are the backend's alone; these methods are what the rest needs.
type Side interface {
	// Common returns the Queue.
	Common() *Queue
	// HeldLocked returns the head if it cannot complete now, because the system, a worker
	// or a goroutine is at work for it. It returns nil if there is no such head.
	HeldLocked() *backend.Op
	// CancelHeldLocked asks for the head that HeldLocked has returned: it completes when it
	// has come back.
	CancelHeldLocked(op *backend.Op)
	// RunLocked carries operations out until the head has to wait, and reports whether any
	// has completed.
	RunLocked() (completed bool)
	// Complete adds op to the completed operations.
	Complete(op *backend.Op, err error)
	// Wake ends a Wait that sleeps, because an operation has completed. No lock is held.
	Wake()
}

// Common returns q: it implements Side for a type that embeds q.
func (q *Queue) Common() *Queue { return q }

// Unlock releases Mu, and then the buffers that are not needed: the goroutine that
// releases a buffer may lock the queue of another handle that waits for one.
func (q *Queue) Unlock() {
	toRelease := q.toRelease
	q.toRelease = backend.SpareBuffers{}
	q.Mu.Unlock()
	toRelease.Release()
}

// Use calls f with Mu held, unless the handle is closed, and so keeps it open meanwhile.
func (q *Queue) Use(f func()) error {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	if q.Closed == nil {
		f()
	}
	return q.Closed
}

// TakeBufferLocked takes a buffer of p. If there is none it returns nil, and s, the Side
// around q, runs once a buffer has been granted.
func (q *Queue) TakeBufferLocked(s Side, p *backend.Pool) *backend.PoolBuffer {
	if buf := q.toRelease.TakeOf(p); buf != nil {
		return buf
	}
	if buf := p.TryTake(); buf != nil {
		return buf
	}
	q.waiter = p.Waiter(q.waiter, func(buf *backend.PoolBuffer) { grant(s, buf) })
	return p.Take(q.waiter)
}

// ReturnBufferLocked gives back a buffer that is not needed.
func (q *Queue) ReturnBufferLocked(buf *backend.PoolBuffer) { q.toRelease.Add(buf) }

// grant gives s a buffer of the pool that it waits for. Unlock releases the buffer if no
// receive needs it.
func grant(s Side, buf *backend.PoolBuffer) {
	q := s.Common()
	q.Mu.Lock()
	q.toRelease.Add(buf)
	completed := s.RunLocked()
	q.Unlock()
	if completed {
		s.Wake()
	}
}

// Cancel completes op with ErrCanceled and returns true if op waits. If op is held,
// Cancel asks for it and returns false. Otherwise op has completed. The operations behind
// op run: op may have waited for a buffer, which they do not need.
func Cancel(s Side, op *backend.Op) (waiting bool) {
	q := s.Common()
	q.Mu.Lock()
	if op == s.HeldLocked() {
		s.CancelHeldLocked(op)
	} else if waiting = q.Ops.Remove(op); waiting {
		s.Complete(op, backend.ErrCanceled) // with the lock held: Close, which takes it, finds op in the queue or completed
		s.RunLocked()
	}
	q.Unlock()
	if waiting {
		s.Wake()
	}
	return waiting
}

// CancelAll cancels the operations of s.
func CancelAll(s Side) {
	q := s.Common()
	q.Mu.Lock()
	CompleteAllLocked(s, backend.ErrCanceled)
	s.RunLocked()
	q.Unlock()
	s.Wake()
}

// CompleteAllLocked completes the operations of s with err, except one that is held, for
// which it asks.
func CompleteAllLocked(s Side, err error) {
	q, held := s.Common(), s.HeldLocked()
	if held != nil {
		s.CancelHeldLocked(held)
		q.Ops.Pop()
	}
	for op := q.Ops.Pop(); op != nil; op = q.Ops.Pop() {
		s.Complete(op, err)
	}
	if held != nil {
		q.Ops.Push(held)
	}
}

// Closing makes the Close of a handle happen once.
type Closing struct {
	mu    sync.Mutex
	begun atomic.Bool
}

// Begun reports whether the handle is closed, is being closed, or has been detached.
func (c *Closing) Begun() bool { return c.begun.Load() }

// Claim makes Close do nothing. It reports false if Close or Claim came first.
func (c *Closing) Claim() bool { return !c.begun.Swap(true) }

// Close calls f, the first time. A second call waits until the first one has returned.
func (c *Closing) Close(f func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Claim() {
		f()
	}
	return nil
}

// Detach closes the sides of a handle of b whose descriptor goes to another backend. It
// fails, and changes nothing, if the handle is closed, if an operation is outstanding, or
// if move fails.
func (c *Closing) Detach(b *Base, move func() error, sides ...Side) error {
	for _, s := range sides {
		q := s.Common()
		q.Mu.Lock()
		defer q.Mu.Unlock()
		switch {
		case q.Closed != nil:
			return q.Closed
		case !q.Ops.Empty():
			return backend.ErrBusy
		}
	}
	if err := move(); err != nil {
		return err
	}
	if !c.Claim() {
		return b.ClosedError() // Close waits for the locks, and closes the descriptor
	}
	for _, s := range sides {
		s.Common().Closed = backend.ErrHandleClosed
	}
	return nil
}
