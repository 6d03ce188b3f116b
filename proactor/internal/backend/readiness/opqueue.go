//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// opQueue is the queue of one direction of a handle. Its head is the operation that is
// tried next.
type opQueue struct {
	h *handle

	mu            sync.Mutex // held during an attempt
	ops           backend.Queue
	ready         bool                 // an attempt may succeed: no EAGAIN since the last edge
	hangup        bool                 // the other end has closed: no further edge will come
	connectFailed bool                 // the connect has failed, and the handle must be closed
	closed        error                // the error of operations once the handle is closed
	writeClosing  bool                 // CloseWrite was called
	writeShutDown bool                 // and the write side is shut down
	vector        sys.Vector           // for scatter and gather
	poolWaiter    *backend.PoolWaiter  // waits for a buffer; nil until a pool was empty
	toRelease     backend.SpareBuffers // buffers to release once mu is released
	queued        bool                 // in transmitQueue, for the next turn of its head
}

// start queues op, and tries it if it is the head.
func (q *opQueue) start(op *backend.Op) {
	completed := false
	q.mu.Lock()
	if q.closed != nil {
		q.h.b.complete(op, q.closed)
		completed = true
	} else if q.writeClosing {
		q.h.b.complete(op, backend.ErrWriteClosed)
		completed = true
	} else if q.ops.Push(op) && q.ready {
		completed = q.runLocked()
	}
	q.unlock()
	if completed {
		q.h.b.demux.Wake()
	}
}

// onEdge tries the operations that wait. Wait calls it, so that no wake is needed.
func (q *opQueue) onEdge(hangup bool) {
	q.mu.Lock()
	q.ready = true
	q.hangup = q.hangup || hangup
	q.runLocked()
	connectFailed := q.connectFailed
	q.unlock()
	if connectFailed {
		q.h.Close()
	}
}

// runLocked carries operations out until the queue is not ready or empty, and reports
// whether any has completed.
func (q *opQueue) runLocked() (completed bool) {
	for q.ready {
		op := q.ops.Head()
		if op == nil || !q.attemptLocked(op) {
			break
		}
		q.ops.Pop()
		q.h.b.completed.Add(op)
		completed = true
	}
	q.shutdownWriteLocked()
	return completed
}

// unlock releases mu, and then the buffers that are not needed: the goroutine that
// releases a buffer may lock the queue of another handle that waits for one.
func (q *opQueue) unlock() {
	toRelease := q.toRelease
	q.toRelease = backend.SpareBuffers{}
	q.mu.Unlock()
	toRelease.Release()
}

// cancel completes op with ErrCanceled and returns true if op was queued. While a file
// worker reads for op, cancel returns false, and op completes when the worker is done.
// The operations behind op run: op may have waited for a buffer, and not for an edge.
func (q *opQueue) cancel(op *backend.Op) (waiting bool) {
	q.mu.Lock()
	if op == q.pagingLocked() {
		q.cancelPagingLocked(op)
		q.mu.Unlock()
		return false
	}
	waiting = q.ops.Remove(op)
	if waiting {
		q.h.b.complete(op, backend.ErrCanceled)
		q.runLocked()
	}
	q.unlock()
	if waiting {
		q.h.b.demux.Wake()
	}
	return waiting
}

// cancelAll completes all operations with ErrCanceled. The caller wakes Wait.
func (q *opQueue) cancelAll() {
	q.mu.Lock()
	q.completeAllLocked(backend.ErrCanceled)
	q.shutdownWriteLocked()
	q.mu.Unlock()
}

// completeAllLocked completes all operations with err, except a head for which a file
// worker reads: that one completes when the worker is done.
func (q *opQueue) completeAllLocked(err error) {
	kept := q.pagingLocked()
	if kept != nil {
		q.cancelPagingLocked(kept)
		q.ops.Pop()
	}
	for op := q.ops.Pop(); op != nil; op = q.ops.Pop() {
		q.h.b.complete(op, err)
	}
	if kept != nil {
		q.ops.Push(kept)
	}
}

// close completes all operations with err. Afterwards no attempt is in progress, and
// none will be.
func (q *opQueue) close(err error) {
	q.mu.Lock()
	q.closed = err
	q.completeAllLocked(err)
	q.mu.Unlock()
}
