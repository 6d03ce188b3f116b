//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A connect is the first operation in the outgoing lane of the handle that it
// makes. The socket is registered once the connect is in progress: an edge then
// says that it has ended.

// connect begins op.
func (b *Backend) connect(op *backend.Op) {
	if err := b.beginConnect(op); err != nil {
		b.complete(op, err)
	}
	b.demux.Wake()
}

// beginConnect makes the socket and the handle. An error is the result of op.
func (b *Backend) beginConnect(op *backend.Op) error {
	if err := sys.PrepareConnect(op); err != nil {
		return err
	}
	fd := int(op.Sys.Fd)
	errno := sys.Connect(op)
	op.Sys.Addr = nil
	if errno != 0 && errno != unix.EINPROGRESS {
		sys.Close(fd)
		return sys.ConnectError(op, errno)
	}
	h := b.newHandle(fd, op.Connect().Network, nil, nil)
	if !b.dial(op, h) {
		sys.Close(fd)
		return backend.ErrBackendClosed
	}
	l := &h.lanes[backend.Out]
	l.mu.Lock()
	l.queue.Push(op) // before the first edge can come
	l.mu.Unlock()
	if err := b.register(h); err != nil {
		b.dialed(op)
		return nil // closing the handle has completed op
	}
	return nil
}

// dial remembers a connect in progress; false once the backend is closed.
func (b *Backend) dial(op *backend.Op, h *handle) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended.Load() {
		return false
	}
	b.dialing[op] = h
	return true
}

// dialed forgets a connect.
func (b *Backend) dialed(op *backend.Op) *handle {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.dialing[op]
	delete(b.dialing, op)
	return h
}

// connect is the attempt: has it ended? The lane's lock is held.
func (l *lane) connect(op *backend.Op) {
	errno := sys.Connected(l.h.fd)
	if errno == unix.EINPROGRESS {
		l.ready = false
		op.Err = backend.ErrWouldBlock
		return
	}
	l.h.b.dialed(op)
	if errno != 0 {
		op.Err = sys.ConnectError(op, errno)
		l.refused = true
		return
	}
	op.Err = nil
	l.h.local, l.h.remote = sys.LocalAddr(l.h.fd), sys.RemoteAddr(l.h.fd)
	if backend.IsDatagram(l.h.network) {
		l.h.datagrams()
	}
	op.New = l.h
}

// cancelConnect ends a connect early by closing its handle, which completes it,
// unless it has completed just before: then the handle is its initiator's.
func (b *Backend) cancelConnect(op *backend.Op) {
	h := b.dialed(op)
	if h == nil {
		return
	}
	if h.lanes[backend.Out].cancel(op) {
		h.Close()
	}
}
