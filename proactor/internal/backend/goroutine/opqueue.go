package goroutine

import (
	"errors"
	"os"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// lane carries out the operations of one direction of one handle.
type opQueue struct {
	b     *Backend
	quick func(op *backend.Op) bool // carries one out without blocking, or says no; may be nil
	do    func(op *backend.Op)      // carries one out, blocking
	at    func(time.Time) error     // sets the deadline of what do blocks in

	mu            sync.Mutex
	available     sync.Cond // the queue is not empty, or the lane is closed
	queue         backend.Queue
	serving       bool          // the goroutine exists
	interruptWait chan struct{} // ends a wait for a buffer; nil until there is one
	cancels       bool          // the head is being cancelled: a deadline in the past is set
	closed        error         // what operations complete with once the handle is closed
	writeClosing  func() error  // ends this direction behind what waits: CloseWrite was called
	ended         bool          // and it has been
}

// init ties a lane to what it serves.
func (l *opQueue) init(b *Backend, do func(*backend.Op), at func(time.Time) error) {
	l.b, l.do, l.at = b, do, at
	l.available.L = &l.mu
}

// start carries op out if that needs no waiting. Else it queues op, and makes
// the goroutine if there is none yet.
func (l *opQueue) start(op *backend.Op) {
	l.mu.Lock()
	if l.closed != nil {
		op.Err = l.closed
	} else if l.writeClosing != nil {
		op.Err = backend.ErrWriteClosed
	}
	if op.Err != nil || l.queue.Empty() && l.quick != nil && l.quick(op) {
		l.b.complete(op) // before another one can, on the goroutine
		l.mu.Unlock()
		return
	}
	if l.queue.Push(op) {
		l.available.Signal()
	}
	if !l.serving {
		l.serving = true
		l.b.working.Add(1)
		go l.serve()
	}
	l.mu.Unlock()
}

// serve carries the operations out, in order, until the lane is closed.
func (l *opQueue) serve() {
	defer l.b.working.Done()
	for {
		op := l.next()
		if op == nil {
			return
		}
		l.do(op)
		l.finish(op)
	}
}

// next waits for an operation. It leaves it in the queue, where cancel finds
// it. Once the lane is closed it returns nil, and completes what was waiting.
func (l *opQueue) next() *backend.Op {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.queue.Empty() && l.closed == nil {
		l.available.Wait()
	}
	if l.closed == nil {
		return l.queue.Head()
	}
	for op := l.queue.Pop(); op != nil; op = l.queue.Pop() {
		op.Err = l.closed
		l.b.complete(op)
	}
	return nil
}

// finish takes op, which has been carried out, from the queue and completes it:
// whatever was moved counts, and the reason for an early end is given in the
// words of package backend. It does so with the lock held, so that a later
// operation cannot complete before.
func (l *opQueue) finish(op *backend.Op) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue.Pop()
	switch {
	case op.Err == nil:
	case op.N > 0 && op.Kind != backend.KindTransmitFile:
		op.Err = nil
	case l.closed != nil:
		op.Err = l.closed
	case l.cancels && errors.Is(op.Err, os.ErrDeadlineExceeded):
		op.Err = backend.ErrCanceled
	}
	if l.cancels {
		l.cancels = false
		_ = l.at(time.Time{}) // fails only if the handle is closed
	}
	l.b.complete(op)
	l.end()
}

// longAgo is the deadline that ends what is in progress.
var longAgo = time.Unix(1, 0)

// cancel ends op early: what waits leaves the queue, and what is in progress
// runs into a deadline. An operation that is neither has completed.
func (l *opQueue) cancel(op *backend.Op) {
	l.mu.Lock()
	if l.queue.Head() == op {
		l.cancels = true
		_ = l.at(longAgo) // fails only if the handle is closed: then op ends anyway
		l.interrupt()
		l.mu.Unlock()
		return
	}
	if l.queue.Remove(op) {
		op.Err = backend.ErrCanceled
		l.b.complete(op) // with the lock held: Close, which takes it, finds op in the queue or completed
	}
	l.mu.Unlock()
}

// cancelAll ends everything early, as cancel does.
func (l *opQueue) cancelAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.queue.Pop()
	if head == nil {
		return
	}
	for op := l.queue.Pop(); op != nil; op = l.queue.Pop() {
		op.Err = backend.ErrCanceled
		l.b.complete(op)
	}
	l.queue.Push(head)
	l.cancels = true
	_ = l.at(longAgo) // fails only if the handle is closed: then head ends anyway
	l.interrupt()
}

// close makes everything complete with err. What is in progress has to be ended
// by the caller, who closes what it blocks in.
func (l *opQueue) close(err error) {
	l.mu.Lock()
	l.closed = err
	l.available.Signal()
	l.interrupt()
	l.mu.Unlock()
}

// interrupt ends a wait for a buffer. mu is held.
func (l *opQueue) interrupt() {
	select {
	case l.interruptWait <- struct{}{}: // never, if there is none
	default:
	}
}
