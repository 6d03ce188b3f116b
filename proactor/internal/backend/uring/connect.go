//go:build linux

package uring

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

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
