//go:build linux

package uring

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// startConnect makes the socket and hands the connecting of it over. Until it
// is connected nothing but op knows the socket.
func (b *Backend) startConnect(op *backend.Op) {
	err := sys.PrepareConnect(op)
	b.mu.Lock()
	switch {
	case err != nil:
		b.complete(op, 0, err)
	case b.closed:
		sys.Close(int(op.Sys.Fd))
		b.complete(op, 0, backend.ErrBackendClosed)
	default:
		b.launch(op)
	}
	b.mu.Unlock()
	b.wakeOrSubmit()
}

// progress says how far a connect has come, given the kernel's answer: 0,
// EINPROGRESS, or an error. An attempt that was cancelled with the thread that
// made it goes on in the socket: the second one is told so, and then the socket
// is watched.
func (b *Backend) progress(op *backend.Op, errno unix.Errno) unix.Errno {
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

// newSocket makes another socket for a connect whose own is of no use. The lock is
// held.
func (b *Backend) newSocket(op *backend.Op) bool {
	b.toClose = append(b.toClose, int(op.Sys.Fd))
	return sys.PrepareConnect(op) == nil
}

// connected ends a connect with a stream or an error. The lock is held.
func (b *Backend) connected(op *backend.Op, errno unix.Errno, asked bool) {
	fd := int(op.Sys.Fd)
	op.Sys.Fd, op.Sys.Addr = -1, nil
	switch {
	case b.closed:
		op.Err = backend.ErrBackendClosed
	case asked && (errno == unix.ECANCELED || errno == unix.EINPROGRESS):
		op.Err = backend.ErrCanceled
	case errno != 0:
		op.Err = sys.ConnectError(op, errno)
	default:
		op.New, op.Err = b.joined(op, fd)
	}
	if op.Err != nil && fd >= 0 {
		sys.Unbind(op)
		b.toClose = append(b.toClose, fd)
	}
	b.completed.Push(op)
}

// joined makes a handle of a socket that is connected. If there is an error the
// caller keeps the socket.
func (b *Backend) joined(op *backend.Op, fd int) (backend.Handle, error) {
	h := &handle{b: b, fd: fd, network: op.Connect().Network}
	if backend.IsDatagram(h.network) {
		h.datagrams()
	} else {
		var err error
		if h.local, h.remote, err = sys.Established(fd, op); err != nil {
			return nil, err
		}
	}
	h.refs.Store(1)
	if !b.handles.Add(h) {
		return nil, backend.ErrBackendClosed
	}
	return h, nil
}

// accepted makes a stream of a socket that a listener has accepted. One that
// came for a listener that has been closed meanwhile is closed.
func (b *Backend) accepted(op *backend.Op, h *handle, fd int) {
	if h.closeReason != nil {
		b.toClose = append(b.toClose, fd)
		op.Err = h.closeReason
		return
	}
	remote := sys.DecodeAddress(op.Sys.Addr)
	op.New, op.Err = newHandle(b.adopt(fd, h.network, remote))
}

// newHandle keeps a nil *handle from becoming a Handle that is not nil.
func newHandle(h *handle, err error) (backend.Handle, error) {
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Listen makes a listening handle.
func (b *Backend) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.Listen(network, address, o)
	if err != nil {
		return nil, err
	}
	h := &handle{b: b, fd: fd, network: network, listener: true, local: sys.LocalAddr(fd)}
	h.file = sys.SocketFileOf(h.local)
	return newHandle(b.enter(h))
}
