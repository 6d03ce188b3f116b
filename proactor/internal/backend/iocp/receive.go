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
	buf := q.takeBufferLocked(args.Pool)
	if buf == nil {
		return waiting, nil
	}
	n, errno := q.h.recv(buf.Space())
	switch {
	case errno == sys.WouldWait:
		q.readable = false
		q.toRelease.Add(buf)
		return again, nil
	case errno != 0:
		q.toRelease.Add(buf)
		return done, q.h.opError("read", errno)
	case n == 0:
		q.toRelease.Add(buf)
		return done, io.EOF
	}
	buf.Fill(n)
	op.N, args.Buffer = n, buf
	return done, nil
}

// takeBufferLocked takes a buffer of p. If there is none it returns nil, and the queue
// waits for one.
func (q *opQueue) takeBufferLocked(p *backend.Pool) *backend.PoolBuffer {
	if buf := q.toRelease.TakeOf(p); buf != nil {
		return buf
	}
	if buf := p.TryTake(); buf != nil {
		return buf
	}
	q.poolWaiter = p.Waiter(q.poolWaiter, q.grant)
	return p.Take(q.poolWaiter)
}

// grant gives the queue a buffer of the pool that it waits for. unlock releases the
// buffer if no receive needs it.
func (q *opQueue) grant(buf *backend.PoolBuffer) {
	q.mu.Lock()
	q.toRelease.Add(buf)
	completed := !q.inFlight && q.closed == nil && q.runLocked()
	q.unlock()
	if completed {
		q.h.b.wakeSleeper()
	}
}

// pollEndedLocked ends step 1, and reports whether the receive continues.
func (q *opQueue) pollEndedLocked(errno syscall.Errno) bool {
	q.readable = errno == 0 && q.closed == nil && !q.cancelled
	return q.readable
}

// pollErrorLocked is the result of a receive that ends with step 1. The bytes stay in the
// stream.
func (q *opQueue) pollErrorLocked(op *backend.Op, errno syscall.Errno) error {
	switch {
	case errno == 0:
		errno = sys.Aborted
	case errno == sys.PipeEnded && q.closed == nil:
		return io.EOF
	}
	return q.resultErrorLocked(op, errno)
}
