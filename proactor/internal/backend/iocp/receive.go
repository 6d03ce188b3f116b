//go:build windows

package iocp

import (
	"io"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// The steps of a receive:
//
//  1. A read of no bytes is in flight. It ends when there are bytes, or the end of the
//     stream. The receive owns no buffer meanwhile.
//  2. The receive takes a buffer from the pool. If the pool is empty the receive waits for
//     one, and the system does not have it.
//  3. The bytes are read into the buffer without waiting. If there are none, because
//     another reader took them, the receive returns the buffer and goes back to step 1.

// fillLocked is steps 2 and 3 for op, the head, for which there are bytes.
func (q *opQueue) fillLocked(op *backend.Op) (progress, error) {
	args := op.Receive()
	buf := q.TakeBufferLocked(q, args.Pool)
	if buf == nil {
		return waiting, nil
	}
	n, err := q.h.ReadResult(q.h.Recv(buf.Space()))
	if err != nil {
		q.ReturnBufferLocked(buf)
		if err == backend.ErrWouldBlock {
			op.Flag &^= hasBytes
			return again, nil
		}
		return done, err
	}
	buf.Fill(n)
	op.N, args.Buffer = n, buf
	return done, nil
}

// pollEndedLocked ends step 1, and reports whether the receive continues.
func (q *opQueue) pollEndedLocked(op *backend.Op, errno syscall.Errno) bool {
	if errno != 0 || q.Closed != nil || q.cancelled {
		return false
	}
	op.Flag |= hasBytes
	return true
}

// pollErrorLocked is the result of a receive that ends with step 1. The bytes stay in the
// stream.
func (q *opQueue) pollErrorLocked(op *backend.Op, errno syscall.Errno) error {
	switch {
	case errno == 0:
		errno = sys.Aborted
	case errno == sys.PipeEnded && q.Closed == nil:
		return io.EOF
	}
	return q.resultErrorLocked(op, errno)
}
