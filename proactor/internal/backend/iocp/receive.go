//go:build windows

package iocp

import (
	"io"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A receive, in the order in which things happen:
//
//  1. a read of no bytes is in flight, which ends when there are some, or the end
//     of the stream: no buffer is owned meanwhile
//  2. a buffer is taken from the pool; if there is none the operation waits for
//     one, and the system knows nothing of it
//  3. the bytes are read into the buffer, without waiting; if somebody else has
//     taken them the buffer is given back, and it begins again

// fill is steps 2 and 3 for op, the head, for which there are bytes. mu is held.
func (l *opQueue) fill(op *backend.Op) (progress, error) {
	args := op.Receive()
	buf := l.buffer(args.Pool)
	if buf == nil {
		return waits, nil
	}
	n, errno := l.h.recv(buf.Space())
	switch {
	case errno == sys.WouldWait:
		l.readable = false
		l.spares.Add(buf)
		return goesOn, nil
	case errno != 0:
		l.spares.Add(buf)
		return done, l.h.failed("read", errno)
	case n == 0:
		l.spares.Add(buf)
		return done, io.EOF
	}
	buf.Fill(n)
	op.N, args.Buffer = n, buf
	return done, nil
}

// buffer takes one of p's, or else stands in line for one.
func (l *opQueue) buffer(p *backend.Pool) *backend.PoolBuffer {
	if buf := l.spares.TakeOf(p); buf != nil {
		return buf
	}
	if buf := p.TryTake(); buf != nil {
		return buf
	}
	l.waiter = p.Waiter(l.waiter, l.grant)
	return p.Take(l.waiter)
}

// grant goes on with a buffer. What has no use for it gives it back.
func (l *opQueue) grant(buf *backend.PoolBuffer) {
	l.mu.Lock()
	l.spares.Add(buf)
	completed := !l.flying && l.closed == nil && l.advance()
	l.unlock()
	if completed {
		l.h.b.stir()
	}
}

// unlock gives back the buffers that were of no use: whoever gets one locks a
// lane.
func (l *opQueue) unlock() {
	spares := l.spares
	l.spares = backend.SpareBuffers{}
	l.mu.Unlock()
	spares.Release()
}

// told ends step 1, and reports whether the receive goes on.
func (l *opQueue) told(errno syscall.Errno) bool {
	l.readable = errno == 0 && l.closed == nil && !l.recalled
	return l.readable
}

// untold is the result of a receive that step 1 has ended: what there is to be
// read stays there.
func (l *opQueue) untold(op *backend.Op, errno syscall.Errno) error {
	switch {
	case errno == 0:
		errno = sys.Aborted
	case errno == sys.PipeEnded && l.closed == nil:
		return io.EOF
	}
	return l.failed(op, errno)
}
