//go:build windows

package iocp

import (
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A connect is the only operation in the outgoing lane of the handle that it
// makes, which is registered when it has succeeded.

// connect begins op.
func (b *Backend) connect(op *backend.Op) {
	if backend.IsDatagram(op.Connect().Network) {
		b.complete(op, b.connectPacket(op))
		b.stir()
		return
	}
	h, err := b.dial(op)
	if err != nil {
		b.complete(op, err)
		b.stir()
		return
	}
	h.lanes[backend.Out].start(op)
}

// dial makes the handle of a connect and remembers it.
func (b *Backend) dial(op *backend.Op) (*handle, error) {
	if err := sys.PrepareConnect(op); err != nil {
		return nil, backend.Unsupported(op.Connect().Network, err)
	}
	fd := int(op.Sys.Fd)
	h := b.newHandle(fd, op.Connect().Network, nil, nil)
	err := sys.BindAnywhere(op)
	b.mu.Lock()
	switch {
	case err != nil:
		err = sys.ConnectError(op, err)
	case b.closed:
		err = backend.ErrBackendClosed
	default:
		b.dialing[op] = h
	}
	b.mu.Unlock()
	if err != nil {
		sys.Close(fd)
	}
	return h, err
}

// dialed forgets a connect.
func (b *Backend) dialed(op *backend.Op) {
	b.mu.Lock()
	delete(b.dialing, op)
	b.mu.Unlock()
}

// cancelConnect ends a connect early, unless it has ended just before.
func (b *Backend) cancelConnect(op *backend.Op) {
	b.mu.Lock()
	h := b.dialing[op]
	b.mu.Unlock()
	if h != nil {
		h.lanes[backend.Out].cancel(op)
	}
}

// connected is the result of a connect. mu is held.
func (l *opQueue) connected(op *backend.Op, errno syscall.Errno) error {
	h := l.h
	h.b.dialed(op)
	err := l.closed
	switch {
	case err != nil:
		return err
	case errno == sys.Aborted && l.recalled:
		err = backend.ErrCanceled
	case errno != 0:
		err = sys.ConnectError(op, errno)
	case !backend.IsUnix(h.network):
		err = sys.Connected(h.fd)
	}
	if err == nil {
		h.local, h.remote, err = sys.Established(h.fd, op)
	}
	if err == nil {
		if h.b.handles.Add(h) {
			op.New = h
			return nil
		}
		err = backend.ErrBackendClosed
	}
	return l.undialed(op, err)
}

// undialed has the handle of a connect closed that has failed. mu is held.
func (l *opQueue) undialed(op *backend.Op, err error) error {
	l.h.b.dialed(op)
	l.refused = true
	return err
}

// ConnectEx does not know Unix sockets, which are connected with a call that may
// wait: for as long as it takes the other end to have room in its queue. So it is
// made on a goroutine, whose result comes out of the port as any other. A cancel
// does not reach it.

// connectUnix begins to connect a Unix socket.
func (b *Backend) connectUnix(op *backend.Op) syscall.Errno {
	sys.TakeOff(op)
	go func() {
		sys.ConnectWaiting(op)
		b.port.Land(op)
	}()
	return sys.Pending
}
