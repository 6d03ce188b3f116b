//go:build linux

package uring

import (
	"io"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// This file turns entries of the completion queue into results. An entry ends an
// operation, takes it to its next step, or makes it go to the kernel once more. Connects
// and accepts, whose results are new handles, are at the end.

// maxTries is how many times an operation is tried again after a failure that
// should not happen.
const maxTries = 16

// reap reads the completion queue and returns the operations that have completed.
func (b *Backend) reap() *backend.Op {
	if b.ring.Ready() == 0 && !b.hasCompleted.Load() {
		return nil
	}
	b.mu.Lock()
	if n := b.ring.Ready(); n > 0 {
		for i := range n {
			b.onCompletionLocked(b.ring.CQE(i))
		}
		b.ring.Advance(n)
		b.reaps.Add(1)
	}
	list, descriptors, opened, toRelease := b.completed.Take(), b.toClose, b.opened, b.toRelease
	b.toClose, b.opened, b.toRelease = nil, 0, backend.SpareBuffers{}
	if b.hasCompleted.Load() {
		b.hasCompleted.Store(false)
	}
	b.mu.Unlock()
	toRelease.Release()
	closeDescriptors(descriptors)
	if opened > 0 {
		b.adoptOpened(list)
	}
	return list
}

// closeDescriptors closes descriptors whose last operation has ended. The caller
// does not hold the lock, because closing a socket may take a while.
func closeDescriptors(descriptors []int) {
	for _, fd := range descriptors {
		sys.Close(fd)
	}
}

// onCompletionLocked handles one entry of the completion queue.
func (b *Backend) onCompletionLocked(c sys.CQE) {
	if c.UserData == wakeNumber {
		b.thread.onMessageLocked()
		return
	}
	s := b.slots.find(c.UserData &^ ofCancel)
	if s == nil {
		return // the answer to a cancel whose operation has ended
	}
	op := s.op
	if c.UserData&ofCancel != 0 {
		b.onCancelAnswerLocked(op, unix.Errno(-min(c.Res, 0)))
		return
	}
	if op.Flag&cancelled != 0 && cancelledWithoutResult(op, c.Res) {
		c.Res = -int32(unix.ECANCELED)
	}
	errno := unix.Errno(-min(c.Res, 0))
	if op.Kind == backend.KindReceive && b.continueReceiveLocked(op, errno) {
		return
	}
	if op.Kind == backend.KindConnect {
		errno = b.connectProgress(op, errno)
	}
	if b.pollOrRetryLocked(op, errno) || b.shouldRetryLocked(op, s, errno) {
		b.prepareLocked(op)
		return
	}
	cancelRequested := op.Flag&cancelled != 0
	b.slots.drop(op)
	if op.Kind == backend.KindTransmitFile {
		b.onWritableLocked(op)
		return
	}
	op.Flag = idle
	if op.Sys.Vec != nil {
		clear(op.Sys.Vec.Iov)
	}
	if _, ok := op.Handle.(*handle); ok {
		b.completeSocketOpLocked(op, c.Res, cancelRequested)
	} else if op.Kind == backend.KindConnect {
		b.completeConnectLocked(op, errno, cancelRequested)
	} else {
		b.completeFileOpLocked(op, c.Res, cancelRequested)
	}
}

// cancelledWithoutResult reports whether op, which was cancelled, moved nothing
// although the kernel reports no cancel: its poll ended too late, or a receive found
// no bytes and would now wait for them.
func cancelledWithoutResult(op *backend.Op, res int32) bool {
	if op.Kind == backend.KindReceive && res == -int32(unix.EAGAIN) {
		return true
	}
	return op.Flag&polling != 0 && op.Kind != backend.KindConnect && res >= 0
}

// onCancelAnswerLocked handles the answer to a cancel whose operation has not ended.
// ENOENT means that the kernel was about to try the operation again: if that
// attempt failed the operation waits again, and has to be cancelled again.
func (b *Backend) onCancelAnswerLocked(op *backend.Op, errno unix.Errno) {
	if errno == unix.ENOENT {
		b.prepareCancelLocked(b.slots.number(op))
	}
}

// pollOrRetryLocked reports whether op, on a pipe or a terminal, goes to the kernel
// once more. The kernel does not wait for a non-blocking descriptor that may block
// all the same, as a terminal's may: it answers EAGAIN. The operation is then
// polled, and tried again when the descriptor is ready.
func (b *Backend) pollOrRetryLocked(op *backend.Op, errno unix.Errno) bool {
	h, ok := op.Handle.(*handle)
	if !ok || h.Name == "" || op.Flag&cancelled != 0 || op.Kind == backend.KindReadable {
		return false
	}
	if op.Flag&polling == 0 && errno == unix.EAGAIN {
		op.Flag |= polling
		return true
	}
	if op.Flag&polling != 0 && errno == 0 {
		op.Flag &^= polling
		return true
	}
	return false
}

// shouldRetryLocked reports whether op goes to the kernel once more.
func (b *Backend) shouldRetryLocked(op *backend.Op, s *slot, errno unix.Errno) bool {
	if errno == 0 || op.Flag&cancelled != 0 {
		return false
	}
	switch errno {
	case unix.ECANCELED, unix.EINTR:
		return true // the thread that submitted it has exited
	case unix.EINPROGRESS:
		return op.Kind == backend.KindConnect
	case unix.EFAULT, unix.EAGAIN:
		// EFAULT: a completion in progress saw the thread exit; no buffer of
		// ours is at a bad address. EAGAIN: the kernel was short of memory.
		s.tries++
		return s.tries < maxTries && op.Kind != backend.KindConnect
	case unix.EADDRNOTAVAIL:
		s.tries++
		return op.Kind == backend.KindConnect && sys.ConnectAgain(op.Connect(), errno, int(s.tries)) && b.replaceSocketLocked(op)
	case unix.ECONNABORTED:
		return op.Kind == backend.KindAccept // that peer has gone: accept the next one
	}
	return false
}

// completeSocketOpLocked turns the kernel's answer into op's result and lets the
// next operation of its queue begin.
func (b *Backend) completeSocketOpLocked(op *backend.Op, res int32, cancelRequested bool) {
	h := op.Handle.(*handle)
	q := &h.queues[op.Kind.Direction()]
	q.Pop()
	switch {
	case res < 0:
		op.Err = h.resultErrorLocked(op, unix.Errno(-res), cancelRequested)
		b.releaseBufferLocked(op)
	case op.Kind == backend.KindAccept:
		b.completeAcceptLocked(op, h, int(res))
	case op.Kind == backend.KindReceive:
		b.completeReceiveLocked(op, h, int(res))
	case op.Kind.OnDatagrams():
		h.completeDatagramLocked(op, int(res))
	case op.Kind == backend.KindReadable:
		op.N, op.Err = 0, h.closeReason
	default:
		op.N, op.Err = int(res), h.transferErrorLocked(op, int(res))
	}
	b.completed.Push(op)
	if h.closeReason == nil {
		b.advanceLocked(q)
	}
	h.shutdownWriteLocked()
	b.releaseDescriptorLocked(h)
}

// completeDatagramLocked sets the result of a receive-from or a send-to that has
// moved a datagram of n bytes.
func (h *handle) completeDatagramLocked(op *backend.Op, n int) {
	op.N, op.Err = n, h.closeReason
	if op.Kind == backend.KindReceiveFrom {
		m, a, args := op.Sys.Vec, op.Sys.Addr, op.Datagram()
		a.Len = m.Msg.Namelen
		args.Truncated = m.Msg.Flags&unix.MSG_TRUNC != 0
		sys.DecodePacket(a, &args.Addr)
	}
}

// resultErrorLocked is the error of an operation that the kernel has ended with
// errno.
func (h *handle) resultErrorLocked(op *backend.Op, errno unix.Errno, cancelRequested bool) error {
	switch {
	case h.closeReason != nil:
		return h.closeReason
	case cancelRequested && errno == unix.ECANCELED:
		return backend.ErrCanceled
	}
	if op.Kind.OnDatagrams() {
		return h.PacketError(op, errno)
	}
	return h.Error(skeleton.Verb(op.Kind), errno)
}

// transferErrorLocked is the error of an operation that has moved n bytes.
func (h *handle) transferErrorLocked(op *backend.Op, n int) error {
	switch {
	case h.closeReason != nil:
		return h.closeReason
	case n == 0 && op.Kind.Direction() == backend.In:
		return io.EOF
	}
	return nil
}

// startConnect makes the socket and starts to connect it. Until it is connected
// only op refers to the socket.
func (b *Backend) startConnect(op *backend.Op) {
	err := sys.PrepareConnect(op.Connect(), &op.Sys)
	b.mu.Lock()
	switch {
	case err != nil:
		b.completeLocked(op, 0, err)
	case b.Closed.Load():
		sys.Close(int(op.Sys.Fd))
		b.completeLocked(op, 0, backend.ErrBackendClosed)
	default:
		b.launchLocked(op)
	}
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// connectProgress turns the kernel's answer into the state of a connect: 0,
// EINPROGRESS, or an error. When the thread that made an attempt exits, the kernel
// cancels the attempt, but the socket continues to connect. The second attempt then
// fails with EALREADY, and the ring polls the socket.
func (b *Backend) connectProgress(op *backend.Op, errno unix.Errno) unix.Errno {
	switch {
	case errno == 0 && op.Flag&polling != 0:
		return sys.Connected(int(op.Sys.Fd))
	case errno == unix.EISCONN:
		return 0
	case errno == unix.EALREADY, errno == unix.EINPROGRESS:
		op.Flag |= polling
		return unix.EINPROGRESS
	}
	return errno
}

// replaceSocketLocked makes a new socket for a connect whose socket cannot be used.
func (b *Backend) replaceSocketLocked(op *backend.Op) bool {
	b.toClose = append(b.toClose, int(op.Sys.Fd))
	return sys.PrepareConnect(op.Connect(), &op.Sys) == nil
}

// completeConnectLocked completes a connect with a stream or an error.
func (b *Backend) completeConnectLocked(op *backend.Op, errno unix.Errno, cancelRequested bool) {
	fd := int(op.Sys.Fd)
	op.Sys.Fd, op.Sys.Addr = -1, nil
	switch {
	case b.Closed.Load():
		op.Err = backend.ErrBackendClosed
	case cancelRequested && (errno == unix.ECANCELED || errno == unix.EINPROGRESS):
		op.Err = backend.ErrCanceled
	case errno != 0:
		op.Err = sys.ConnectError(op.Connect(), errno)
	default:
		d := skeleton.Descriptor{FD: fd, Network: op.Connect().Network}
		if op.Err = d.Established(op); op.Err == nil {
			op.New, op.Err = b.Make(d) // not refused: b is not closed, and Close waits for mu
		}
	}
	if op.Err != nil && fd >= 0 {
		sys.Unbind(op.Connect())
		b.toClose = append(b.toClose, fd)
	}
	b.completed.Push(op)
}

// completeAcceptLocked makes a handle of an accepted socket, or closes the socket if
// the listener has been closed.
func (b *Backend) completeAcceptLocked(op *backend.Op, h *handle, fd int) {
	if h.closeReason != nil {
		b.toClose = append(b.toClose, fd)
		op.Err = h.closeReason
		return
	}
	op.New, op.Err = b.Make(h.Accepted(fd, sys.DecodeAddress(op.Sys.Addr)))
}
