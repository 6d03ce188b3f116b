//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// opQueue is the queue of one direction of a handle. Its head is the operation that is
// tried next.
type opQueue struct {
	skeleton.Queue
	h *handle

	ready         bool       // an attempt may succeed: no EAGAIN since the last edge
	hangup        bool       // the other end has closed: no further edge will come
	connectFailed bool       // the connect has failed, and the handle must be closed
	queued        bool       // in transmitQueue, for the next turn of its head
	vector        sys.Vector // for scatter and gather
}

var _ skeleton.Side = (*opQueue)(nil)

// start queues op, and tries it if it is the head.
func (q *opQueue) start(op *backend.Op) {
	completed := false
	q.Mu.Lock()
	if q.Closed != nil {
		q.Complete(op, q.Closed)
		completed = true
	} else if q.isOut() && q.h.WriteClosing {
		q.Complete(op, backend.ErrWriteClosed)
		completed = true
	} else if q.Ops.Push(op) {
		completed = q.ready && q.RunLocked()
		if !completed {
			q.noteRead(op)
		}
	}
	q.Unlock()
	if completed {
		q.Wake()
	}
}

// isOut reports whether q is the outgoing queue of its handle.
func (q *opQueue) isOut() bool { return q == &q.h.queues[backend.Out] }

// onEdge tries the operations that wait. Wait calls it, so that no wake is needed.
func (q *opQueue) onEdge(hangup bool) {
	q.Mu.Lock()
	q.ready = true
	q.hangup = q.hangup || hangup
	q.RunLocked()
	connectFailed := q.connectFailed
	q.Unlock()
	if connectFailed {
		q.h.Close()
	}
}

// RunLocked implements skeleton.Side: it carries operations out until the queue is not
// ready or empty.
func (q *opQueue) RunLocked() (completed bool) {
	for q.ready {
		op := q.Ops.Head()
		if op == nil || !q.attemptLocked(op) {
			break
		}
		q.Ops.Pop()
		q.h.b.Completed.Add(op)
		completed = true
	}
	if q.isOut() && q.Closed == nil {
		q.h.ShutdownWriteLocked(&q.Ops)
	}
	return completed
}

// Complete implements skeleton.Side.
func (q *opQueue) Complete(op *backend.Op, err error) { q.h.b.Complete(op, err) }

// Wake implements skeleton.Side.
func (q *opQueue) Wake() { q.h.b.demux.Wake() }

// close completes all operations with err. Afterwards no attempt is in progress, and
// none will be.
func (q *opQueue) close(err error) {
	q.Mu.Lock()
	q.Closed = err
	skeleton.CompleteAllLocked(q, err)
	q.Mu.Unlock()
	q.h.b.spinner.latest.CompareAndSwap(q, nil)
}
