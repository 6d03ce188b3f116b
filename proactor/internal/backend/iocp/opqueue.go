//go:build windows

package iocp

import (
	"io"
	"net"
	"os"
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

// The states of an operation, in Op.Flag.
const (
	holdsFile uint32 = 1 << iota // a transmission: the step in progress has acquired the file
	hasBytes                     // a receive: there are bytes for it (receive.go)
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

// prepareLocked does what precedes the system call for op. An error is the result of
// op.
func (q *opQueue) prepareLocked(op *backend.Op) error {
	err := q.h.joinPort()
	switch {
	case err != nil && op.Kind == backend.KindConnect:
		return q.failConnectLocked(op, sys.ConnectError(op.Connect(), err))
	case err == nil && op.Kind == backend.KindAccept:
		err = sys.PrepareAccept(&op.Sys, q.h.Local, q.h.options)
	case err == nil && op.Kind == backend.KindSendTo:
		_, err = q.h.EncodeDestination(op)
		return err
	case err == nil && op.Kind == backend.KindTransmitFile && !op.Transmission().Begun:
		if err = q.h.beginTransmit(op.Transmission()); err != nil {
			return q.transmitResultLocked(op, 0, err)
		}
	}
	switch {
	case err == nil:
		return nil
	case q.h.Name != "":
		return &os.PathError{Op: skeleton.Verb(op.Kind), Path: q.h.Name, Err: err}
	}
	return &net.OpError{Op: skeleton.Verb(op.Kind), Net: q.h.Network, Source: q.h.Local, Addr: q.h.Remote, Err: err}
}

// callLocked makes the system call that puts op into flight. Only a transmission
// returns an error.
func (q *opQueue) callLocked(op *backend.Op) (syscall.Errno, error) {
	if q.h.Name != "" {
		return q.callPipeLocked(op)
	}
	switch op.Kind {
	case backend.KindAccept:
		return sys.StartAccept(q.h.FD, &op.Sys), nil
	case backend.KindConnect:
		if backend.IsUnix(q.h.Network) {
			return q.h.b.connectUnix(op), nil
		}
		return sys.StartConnect(&op.Sys), nil
	case backend.KindRead, backend.KindReadV:
		return sys.StartRecv(q.h.FD, &op.Sys, op.Buf, vectorOf(op)), nil
	case backend.KindReceive:
		return sys.StartAwait(q.h.FD, &op.Sys), nil
	case backend.KindTransmitFile:
		return q.transmitLocked(op)
	case backend.KindReceiveFrom:
		return sys.StartRecvFrom(q.h.FD, &op.Sys, op.Buf), nil
	case backend.KindSendTo:
		return sys.StartSendTo(q.h.FD, &op.Sys, op.Buf, !op.Datagram().Addr.IsValid()), nil
	}
	return sys.StartSend(q.h.FD, &op.Sys, op.Buf, vectorOf(op)), nil
}

// vectorOf returns the buffers of a scatter read or a gather write; nil for other kinds.
func vectorOf(op *backend.Op) [][]byte {
	if op.Kind == backend.KindReadV || op.Kind == backend.KindWriteV {
		return op.Vec
	}
	return nil
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

// resultLocked turns how op ended into its result.
func (q *opQueue) resultLocked(op *backend.Op, moved int, errno syscall.Errno) error {
	switch op.Kind {
	case backend.KindAccept:
		return q.acceptResultLocked(op, errno)
	case backend.KindConnect:
		return q.connectResultLocked(op, errno)
	case backend.KindTransmitFile:
		return q.transmitResultLocked(op, errno, nil)
	case backend.KindReceiveFrom, backend.KindSendTo:
		return q.packetResultLocked(op, moved, errno)
	case backend.KindReceive:
		return q.pollErrorLocked(op, errno)
	}
	switch {
	case q.h.Name != "":
		return q.pipeResultLocked(op, moved, errno)
	case errno != 0:
		return q.resultErrorLocked(op, errno)
	case q.Closed != nil:
		op.N = moved
		return q.Closed
	case moved == 0 && op.Kind.Direction() == backend.In:
		return io.EOF
	}
	op.N = moved
	return nil
}

// resultErrorLocked is the error of an operation that the system has ended with errno.
func (q *opQueue) resultErrorLocked(op *backend.Op, errno syscall.Errno) error {
	switch {
	case q.Closed != nil:
		return q.Closed
	case errno == sys.Aborted && q.cancelled:
		return backend.ErrCanceled
	}
	return q.h.Error(skeleton.Verb(op.Kind), errno)
}

// againLocked reports whether op goes to the system once more, for example because the
// peer has gone before it was accepted, or because there is more to transmit.
func (q *opQueue) againLocked(op *backend.Op, moved int, errno syscall.Errno) bool {
	switch op.Kind {
	case backend.KindAccept:
		if q.Closed != nil || !sys.PeerGone(errno) {
			return false
		}
		sys.Close(int(op.Sys.Fd))
		return true
	case backend.KindTransmitFile:
		return q.transmittedLocked(op, moved, errno)
	case backend.KindReceive:
		return q.pollEndedLocked(op, errno)
	case backend.KindRead, backend.KindReadV:
		return q.readEmptyLocked(moved, errno)
	}
	return false
}
