package goroutine

import (
	"errors"
	"os"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// opQueue carries out the operations of one direction of one handle.
type opQueue struct {
	b           *Backend
	tryNow      func(op *backend.Op) bool // carries an operation out without blocking, or reports false; may be nil
	perform     func(op *backend.Op)      // carries an operation out, blocking
	setDeadline func(time.Time) error     // sets the deadline of the call in which perform blocks

	mu            sync.Mutex
	available     sync.Cond // the queue is not empty, or the opQueue is closed
	queue         backend.Queue
	serving       bool          // the goroutine exists
	interruptWait chan struct{} // ends a wait for a buffer; nil until the first wait
	cancelling    bool          // the head is being cancelled: a deadline in the past is set
	closed        error         // the error of operations once the handle is closed
	writeClosing  func() error  // set by CloseWrite: ends this direction after the queued operations
	ended         bool          // writeClosing has been called
}

// init connects l to the handle that it serves.
func (l *opQueue) init(b *Backend, perform func(*backend.Op), setDeadline func(time.Time) error) {
	l.b, l.perform, l.setDeadline = b, perform, setDeadline
	l.available.L = &l.mu
}

// start carries op out if that needs no waiting. Otherwise it queues op, and starts
// the goroutine if there is none yet.
func (l *opQueue) start(op *backend.Op) {
	l.mu.Lock()
	if l.closed != nil {
		op.Err = l.closed
	} else if l.writeClosing != nil {
		op.Err = backend.ErrWriteClosed
	}
	if op.Err != nil || l.queue.Empty() && l.tryNow != nil && l.tryNow(op) {
		l.b.complete(op) // before the goroutine can complete a later operation
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

// serve carries the operations out, in order, until the opQueue is closed.
func (l *opQueue) serve() {
	defer l.b.working.Done()
	for {
		op := l.next()
		if op == nil {
			return
		}
		l.perform(op)
		l.finish(op)
	}
}

// next waits for an operation. It leaves it in the queue, where cancel finds it.
// Once the opQueue is closed it completes the queued operations and returns nil.
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

// finish removes op, which has been carried out, from the queue and completes it.
// If bytes were moved, op succeeds; otherwise its error becomes one of package
// backend. finish holds the lock meanwhile, so that a later operation cannot
// complete before op.
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
	case l.cancelling && errors.Is(op.Err, os.ErrDeadlineExceeded):
		op.Err = backend.ErrCanceled
	}
	if l.cancelling {
		l.cancelling = false
		_ = l.setDeadline(time.Time{}) // fails only if the handle is closed
	}
	l.b.complete(op)
	l.closeWriteLocked()
}

// longAgo is the deadline that ends the operation in progress.
var longAgo = time.Unix(1, 0)

// cancel cancels op. If op waits, cancel removes it from the queue; if op is in
// progress, cancel sets a deadline in the past. Otherwise op has completed.
func (l *opQueue) cancel(op *backend.Op) {
	l.mu.Lock()
	if l.queue.Head() == op {
		l.cancelling = true
		_ = l.setDeadline(longAgo) // fails only if the handle is closed: then op ends anyway
		l.interruptLocked()
		l.mu.Unlock()
		return
	}
	if l.queue.Remove(op) {
		op.Err = backend.ErrCanceled
		l.b.complete(op) // with the lock held: Close, which takes it, finds op in the queue or completed
	}
	l.mu.Unlock()
}

// cancelAll cancels all operations.
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
	l.cancelling = true
	_ = l.setDeadline(longAgo) // fails only if the handle is closed: then head ends anyway
	l.interruptLocked()
}

// close makes all operations complete with err. The caller then ends the operation
// in progress by closing the connection in which it blocks.
func (l *opQueue) close(err error) {
	l.mu.Lock()
	l.closed = err
	l.available.Signal()
	l.interruptLocked()
	l.mu.Unlock()
}

// interruptLocked ends a wait for a buffer.
func (l *opQueue) interruptLocked() {
	select {
	case l.interruptWait <- struct{}{}: // not ready if interruptWait is nil
	default:
	}
}
