//go:build windows

package iocp

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// cancel ends op early. An operation that waits leaves the queue, and the system is
// asked to end one that is in flight. An operation that is neither has completed.
func (q *opQueue) cancel(op *backend.Op) {
	q.mu.Lock()
	completed := false
	if q.inFlight && q.ops.Head() == op {
		q.cancelHeadLocked()
	} else if q.ops.Head() == op { // it waits for a buffer
		q.h.b.complete(q.popLocked(), backend.ErrCanceled)
		q.runLocked()
		completed = true
	} else if q.ops.Remove(op) {
		q.h.b.complete(op, backend.ErrCanceled)
		q.shutdownWriteLocked()
		completed = true
	}
	q.unlock()
	if completed {
		q.h.b.wakeSleeper()
	}
}

// cancelHeadLocked asks the system to end the head, which comes out of the port in any
// case. What the system has done by then is the result.
func (q *opQueue) cancelHeadLocked() {
	if q.closed == nil {
		q.cancelled = true
		sys.CancelIO(q.h.fd, q.ops.Head())
	}
}

// cancelAll cancels all operations. The caller wakes the sleeper.
func (q *opQueue) cancelAll() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.inFlight {
		q.completeAllLocked(backend.ErrCanceled)
		return
	}
	head := q.ops.Pop()
	q.completeAllLocked(backend.ErrCanceled)
	q.ops.Push(head)
	q.cancelHeadLocked()
}

// completeAllLocked completes all operations with err.
func (q *opQueue) completeAllLocked(err error) {
	for op := q.popLocked(); op != nil; op = q.popLocked() {
		q.h.b.complete(op, err)
	}
}

// close makes all operations complete with err: at once, or when the head has come out
// of the port. It reports whether the head is in flight.
func (q *opQueue) close(err error) (inFlight bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.inFlight {
		q.cancelHeadLocked()
	} else {
		q.completeAllLocked(err)
	}
	q.closed = err
	return q.inFlight
}

// releaseIfIdle closes the descriptor of a closed handle when nothing is in flight on it.
// Until then the descriptor is needed to ask the system how much was moved.
func (b *Backend) releaseIfIdle(h *handle) {
	for d := range h.queues {
		q := &h.queues[d]
		q.mu.Lock()
		inUse := q.inFlight || q.closed == nil
		q.mu.Unlock()
		if inUse {
			return
		}
	}
	b.mu.Lock()
	_, last := b.draining[h]
	delete(b.draining, h)
	b.mu.Unlock()
	if last && !h.listener {
		h.release()
	}
}
