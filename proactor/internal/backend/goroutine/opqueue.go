package goroutine

import (
	"errors"
	"os"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// opQueue carries out the operations of one direction of one handle.
type opQueue struct {
	skeleton.Queue
	b           *Backend
	tryNow      func(op *backend.Op) bool // carries an operation out without blocking, or reports false; may be nil
	perform     func(op *backend.Op)      // carries an operation out, blocking
	setDeadline func(time.Time) error     // sets the deadline of the call in which perform blocks

	available     sync.Cond     // the queue is not empty, or the opQueue is closed
	serving       bool          // the goroutine exists
	interruptWait chan struct{} // ends a wait for a buffer; nil until the first wait
	cancelling    bool          // the head is being cancelled: a deadline in the past is set
	writeClosing  func() error  // set by CloseWrite: ends this direction after the queued operations
}

var _ skeleton.Side = (*opQueue)(nil)

// start carries op out if that needs no waiting. Otherwise it queues op, and starts
// the goroutine if there is none yet.
func (l *opQueue) start(op *backend.Op) {
	l.Mu.Lock()
	if l.Closed != nil {
		op.Err = l.Closed
	} else if l.writeClosing != nil {
		op.Err = backend.ErrWriteClosed
	}
	if op.Err != nil || l.Ops.Empty() && l.tryNow != nil && l.tryNow(op) {
		l.b.complete(op) // before the goroutine can complete a later operation
		l.Mu.Unlock()
		return
	}
	if l.Ops.Push(op) {
		l.available.Signal()
	}
	if !l.serving {
		l.serving = true
		l.b.working.Add(1)
		go l.serve()
	}
	l.Mu.Unlock()
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
	l.Mu.Lock()
	defer l.Mu.Unlock()
	for l.Ops.Empty() && l.Closed == nil {
		l.available.Wait()
	}
	if l.Closed == nil {
		return l.Ops.Head()
	}
	for op := l.Ops.Pop(); op != nil; op = l.Ops.Pop() {
		l.Complete(op, l.Closed)
	}
	return nil
}

// finish removes op, which has been carried out, from the queue and completes it.
// If bytes were moved, op succeeds; otherwise its error becomes one of package
// backend. finish holds the lock meanwhile, so that a later operation cannot
// complete before op.
func (l *opQueue) finish(op *backend.Op) {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	l.Ops.Pop()
	switch {
	case op.Err == nil:
	case op.N > 0 && op.Kind != backend.KindTransmitFile:
		op.Err = nil
	case l.Closed != nil:
		op.Err = l.Closed
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

// HeldLocked implements skeleton.Side: the goroutine carries the head out.
func (l *opQueue) HeldLocked() *backend.Op { return l.Ops.Head() }

// CancelHeldLocked implements skeleton.Side: a deadline in the past ends the call in which
// the goroutine blocks.
func (l *opQueue) CancelHeldLocked(*backend.Op) {
	l.cancelling = true
	_ = l.setDeadline(longAgo) // fails only if the handle is closed: then the head ends anyway
	l.interruptLocked()
}

// RunLocked implements skeleton.Side: the goroutine begins the next operation by itself.
func (l *opQueue) RunLocked() bool { return false }

// Complete implements skeleton.Side.
func (l *opQueue) Complete(op *backend.Op, err error) {
	op.Err = err
	l.b.complete(op)
}

// Wake implements skeleton.Side: complete has woken Wait.
func (l *opQueue) Wake() {}

// close makes all operations complete with err. The caller then ends the operation
// in progress by closing the connection in which it blocks.
func (l *opQueue) close(err error) {
	l.Mu.Lock()
	l.Closed = err
	l.available.Signal()
	l.interruptLocked()
	l.Mu.Unlock()
}

// interruptLocked ends a wait for a buffer.
func (l *opQueue) interruptLocked() {
	select {
	case l.interruptWait <- struct{}{}: // not ready if interruptWait is nil
	default:
	}
}

// closeWriteLocked ends the outgoing direction once nothing is left to be written. It
// ignores an error: the direction has ended already, or the peer has gone.
func (l *opQueue) closeWriteLocked() {
	if l.writeClosing != nil && l.Ops.Empty() {
		_ = l.writeClosing()
	}
}

// writeError returns ErrWriteClosed for a write after the end of the direction,
// because systems report different errors.
func (l *opQueue) writeError(err error) error {
	if err == nil || err == backend.ErrWouldBlock {
		return err
	}
	l.Mu.Lock()
	defer l.Mu.Unlock()
	if l.writeClosing != nil {
		return backend.ErrWriteClosed
	}
	return err
}
