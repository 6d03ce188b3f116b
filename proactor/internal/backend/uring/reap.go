//go:build linux

package uring

import (
	"io"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// maxTries bounds how often an operation is tried again after a failure that
// should not have happened.
const maxTries = 16

// reap reads the completion queue and returns what has completed.
func (b *Backend) reap() *backend.Op {
	if b.ring.Ready() == 0 && !b.hasCompleted.Load() {
		return nil
	}
	b.mu.Lock()
	if n := b.ring.Ready(); n > 0 {
		for i := range n {
			b.completion(b.ring.CQE(i))
		}
		b.ring.Advance(n)
		b.reaps.Add(1)
	}
	list, doomed, opened, spares := b.completed.Take(), b.toClose, b.opened, b.spares
	b.toClose, b.opened, b.spares = nil, 0, backend.SpareBuffers{}
	if b.hasCompleted.Load() {
		b.hasCompleted.Store(false)
	}
	b.mu.Unlock()
	spares.Release()
	closeDescriptors(doomed)
	if opened > 0 {
		b.adoptOpened(list)
	}
	return list
}

// completion deals with one completion of the kernel's.
func (b *Backend) completion(c sys.CQE) {
	if c.UserData == wakeNumber {
		b.thread.onMessage()
		return
	}
	s := b.slots.find(c.UserData &^ ofCancel)
	if s == nil {
		return // of a cancel, whose operation has ended
	}
	op := s.op
	if c.UserData&ofCancel != 0 {
		b.cancelAnswered(op, unix.Errno(-min(c.Res, 0)))
		return
	}
	if op.Flag&cancelled != 0 && cancelledWithoutResult(op, c.Res) {
		c.Res = -int32(unix.ECANCELED)
	}
	errno := unix.Errno(-min(c.Res, 0))
	if op.Kind == backend.KindReceive && b.receiveStep(op, errno) {
		return
	}
	if op.Kind == backend.KindConnect {
		errno = b.progress(op, errno)
	}
	if b.polled(op, errno) || b.shouldRetry(op, s, errno) {
		b.prepare(op)
		return
	}
	asked := op.Flag&cancelled != 0
	b.slots.drop(op)
	if op.Kind == backend.KindTransmitFile {
		b.writable(op)
		return
	}
	op.Flag = idle
	if op.Sys.Vec != nil {
		clear(op.Sys.Vec.Iov)
	}
	if _, ok := op.Handle.(*handle); ok {
		b.completeSocketOp(op, c.Res, asked)
	} else if op.Kind == backend.KindConnect {
		b.connected(op, errno, asked)
	} else {
		b.fileFinished(op, c.Res, asked)
	}
}

// cancelledWithoutResult reports whether op, which was cancelled, has come to nothing all
// the same: what it waited for has come, but too late, or it is a receive that has
// looked for bytes and found none, and would have waited for them.
func cancelledWithoutResult(op *backend.Op, res int32) bool {
	if op.Kind == backend.KindReceive && res == -int32(unix.EAGAIN) {
		return true
	}
	return op.Flag&polling != 0 && op.Kind != backend.KindConnect && res >= 0
}

// recalled deals with the answer to a cancel whose operation has not ended. Not
// found means that the kernel was about to try the operation again just then:
// if that led to nothing it waits once more, and so has to be cancelled once
// more.
func (b *Backend) cancelAnswered(op *backend.Op, errno unix.Errno) {
	if errno == unix.ENOENT {
		b.prepareCancel(b.slots.number(op))
	}
}

// shouldRetry reports whether op should go to the kernel once more.
func (b *Backend) shouldRetry(op *backend.Op, s *slot, errno unix.Errno) bool {
	if errno == 0 || op.Flag&cancelled != 0 {
		return false
	}
	switch errno {
	case unix.ECANCELED, unix.EINTR:
		return true // the thread that submitted it has exited
	case unix.EINPROGRESS:
		return op.Kind == backend.KindConnect
	case unix.EFAULT, unix.EAGAIN:
		// The same, seen by a completion that was on its way; no buffer of
		// ours is ever at a bad address. Or the kernel was short of memory.
		s.tries++
		return s.tries < maxTries && op.Kind != backend.KindConnect
	case unix.EADDRNOTAVAIL:
		s.tries++
		return op.Kind == backend.KindConnect && sys.ConnectAgain(op, errno, int(s.tries)) && b.newSocket(op)
	case unix.ECONNABORTED:
		return op.Kind == backend.KindAccept // that peer has gone: the next one
	}
	return false
}

// finished turns the kernel's answer into op's result and lets the next
// operation of its queue begin.
func (b *Backend) completeSocketOp(op *backend.Op, res int32, asked bool) {
	h := op.Handle.(*handle)
	q := &h.queues[op.Kind.Direction()]
	q.Pop()
	switch {
	case res < 0:
		op.Err = h.failure(op, unix.Errno(-res), asked)
		b.unfilled(op)
	case op.Kind == backend.KindAccept:
		b.accepted(op, h, int(res))
	case op.Kind == backend.KindReceive:
		b.filled(op, h, int(res))
	case op.Kind.OnDatagrams():
		h.carried(op, int(res))
	default:
		op.N, op.Err = int(res), h.transferred(op, int(res))
	}
	b.completed.Push(op)
	if h.closeReason == nil {
		b.advance(q)
	}
	h.shutdownWriteLocked()
	b.releaseDescriptorLocked(h)
}

// bury closes the descriptors whose last operation has ended. It is done
// without the lock: closing a socket may take a while.
func closeDescriptors(doomed []int) {
	for _, fd := range doomed {
		sys.Close(fd)
	}
}

// failure is the error of an operation that the kernel has ended with errno.
// asked: somebody has cancelled it.
func (h *handle) failure(op *backend.Op, errno unix.Errno, asked bool) error {
	switch {
	case h.closeReason != nil:
		return h.closeReason
	case asked && errno == unix.ECANCELED:
		return backend.ErrCanceled
	}
	if op.Kind.OnDatagrams() {
		return sys.PacketError(verb(op.Kind), h.network, h.local, op.Datagram().Addr, h.remote, errno)
	}
	return h.opError(verb(op.Kind), errno)
}

// transferred is the error that goes with n bytes moved.
func (h *handle) transferred(op *backend.Op, n int) error {
	switch {
	case h.closeReason != nil:
		return h.closeReason
	case n == 0 && op.Kind.Direction() == backend.In:
		return io.EOF
	}
	return nil
}

func verb(k backend.Kind) string {
	switch k {
	case backend.KindAccept:
		return "accept"
	case backend.KindWrite, backend.KindWriteV, backend.KindSendTo:
		return "write"
	}
	return "read"
}

func (h *handle) opError(verb string, errno unix.Errno) error {
	if h.name != "" {
		return sys.PipeError(verb, h.name, errno)
	}
	return sys.OpError(verb, h.network, h.local, h.remote, errno)
}
