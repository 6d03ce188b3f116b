//go:build windows

package iocp

import (
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// opQueue is the queue of one direction of a handle.
type opQueue struct {
	skeleton.Queue
	h *handle

	inFlight      bool       // the head is in the hands of the system
	cancelled     bool       // and a cancel was requested
	connectFailed bool       // the connect has failed, and the handle must be closed
	vector        sys.Vector // used by TryWriteV
	gatherBuffer  []byte     // the bytes of a pipe's gather write; made at first use
}

var _ skeleton.Side = (*opQueue)(nil)

// The states of an operation, in Op.Flag.
const (
	holdsFile uint32 = 1 << iota // a transmission: the step in progress has acquired the file
	hasBytes                     // a receive: there are bytes for it (kinds.go)
)

// start queues op, and begins it if it is the head.
func (q *opQueue) start(op *backend.Op) {
	completed := true
	q.Mu.Lock()
	op.Flag = 0
	switch {
	case q.Closed != nil && !q.inFlight:
		q.Complete(op, q.Closed)
	case q.Closed == nil && q.isOut() && q.h.WriteClosing:
		q.Complete(op, backend.ErrWriteClosed)
	default: // also behind the last operation of a closed queue, so that it completes after that one
		completed = q.Ops.Push(op) && q.RunLocked()
	}
	connectFailed := q.connectFailed
	q.Unlock()
	if connectFailed {
		q.h.Close()
	}
	if completed {
		q.Wake()
	}
}

// isOut reports whether q is the outgoing queue of its handle.
func (q *opQueue) isOut() bool { return q == &q.h.queues[backend.Out] }

// RunLocked implements skeleton.Side.
func (q *opQueue) RunLocked() (completed bool) {
	for op := q.Ops.Head(); op != nil && !q.inFlight; op = q.Ops.Head() {
		progress, err := q.attemptLocked(op)
		if progress == waiting {
			return completed
		}
		if progress == done {
			q.Ops.Pop()
			q.Complete(op, err)
			completed = true
		}
	}
	if q.isOut() && q.Closed == nil {
		q.h.ShutdownWriteLocked(&q.Ops)
	}
	return completed
}

// progress is the state of an operation after an attempt.
type progress uint8

const (
	done    progress = iota
	waiting          // in flight, or waits for a buffer
	again            // needs another attempt
)

// attemptLocked takes op, the head, a step further. The error is the result of an
// operation that is done.
func (q *opQueue) attemptLocked(op *backend.Op) (progress, error) {
	if movesNothing(op) {
		return done, nil
	}
	if op.Flag&hasBytes != 0 {
		return q.fillLocked(op)
	}
	errno, err := q.beginLocked(op)
	switch {
	case err != nil:
		return done, err
	case errno == sys.Pending:
		return waiting, nil
	case q.againLocked(op, sys.Moved(&op.Sys), errno):
		return again, nil
	}
	return done, q.resultLocked(op, sys.Moved(&op.Sys), errno)
}

// movesNothing reports whether op moves no bytes, whatever happens. The system would
// wait until a read of no bytes has something to read.
func movesNothing(op *backend.Op) bool {
	switch op.Kind {
	case backend.KindRead, backend.KindWrite:
		return len(op.Buf) == 0
	case backend.KindReadV, backend.KindWriteV:
		for _, b := range op.Vec {
			if len(b) > 0 {
				return false
			}
		}
		return true
	}
	return false
}

// beginLocked hands op to the system. An error is the result of op. Otherwise the
// answer is Pending, or the system's result. op counts as in flight before the call,
// because it may come out of the port at once.
func (q *opQueue) beginLocked(op *backend.Op) (syscall.Errno, error) {
	q.cancelled = false
	if err := q.prepareLocked(op); err != nil {
		return 0, err
	}
	q.inFlight, op.Sys.Op, op.Sys.Queue = true, op, q
	q.h.b.inFlight.Add(1)
	errno, err := q.callLocked(op)
	if errno != sys.Pending {
		q.inFlight, op.Sys.Queue = false, nil
		q.h.b.inFlight.Add(-1)
	}
	if err != nil {
		err = q.transmitResultLocked(op, 0, err)
	}
	return errno, err
}

// onCompletion handles op, which has come out of the port, and begins the next one.
func (q *opQueue) onCompletion(op *backend.Op, moved int, failed bool) {
	q.Mu.Lock()
	q.inFlight = false
	if errno := q.completionErrnoLocked(op, &moved, failed); !q.againLocked(op, moved, errno) {
		err := q.resultLocked(op, moved, errno)
		q.Ops.Pop()
		q.Complete(op, err)
	}
	closed, connectFailed := q.Closed != nil, q.connectFailed
	if closed {
		skeleton.CompleteAllLocked(q, q.Closed)
	} else {
		q.RunLocked()
	}
	q.Unlock()
	if closed {
		q.h.b.releaseIfIdle(q.h)
	} else if connectFailed {
		q.h.Close()
	}
}

// completionErrnoLocked returns how an operation ended that has come out of the port,
// and corrects moved if the operation failed.
func (q *opQueue) completionErrnoLocked(op *backend.Op, moved *int, failed bool) (errno syscall.Errno) {
	switch {
	case failed && q.Closed != nil && q.h.Listener:
		errno = sys.Aborted // the socket is closed: the system cannot be asked
	case failed && op.Kind == backend.KindConnect && backend.IsUnix(q.h.Network):
		errno = sys.BlockingConnectResult(&op.Sys)
	case failed:
		*moved, errno = q.h.systemResult(op)
	}
	return errno
}

// systemResult asks the system how a failed operation on h ended.
func (h *handle) systemResult(op *backend.Op) (int, syscall.Errno) {
	if h.Name != "" {
		return sys.PipeResult(h.FD, &op.Sys)
	}
	return sys.Result(h.FD, &op.Sys)
}

// HeldLocked implements skeleton.Side: the system has the head.
func (q *opQueue) HeldLocked() *backend.Op {
	if q.inFlight {
		return q.Ops.Head()
	}
	return nil
}

// CancelHeldLocked implements skeleton.Side: the head comes out of the port in any case,
// and what the system has done by then is its result.
func (q *opQueue) CancelHeldLocked(op *backend.Op) {
	if q.Closed == nil {
		q.cancelled = true
		sys.CancelIO(q.h.FD, &op.Sys)
	}
}

// Complete implements skeleton.Side.
func (q *opQueue) Complete(op *backend.Op, err error) { q.h.b.Complete(op, err) }

// Wake implements skeleton.Side.
func (q *opQueue) Wake() { q.h.b.wakeSleeper() }

// close makes all operations complete with err: at once, or when the head has come out
// of the port. It reports whether the head is in flight.
func (q *opQueue) close(err error) (inFlight bool) {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	if held := q.HeldLocked(); held != nil {
		q.CancelHeldLocked(held)
	} else {
		skeleton.CompleteAllLocked(q, err)
	}
	q.Closed = err
	return q.inFlight
}
