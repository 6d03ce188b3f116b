//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A connect is the first operation in the outgoing lane of the handle that it
// makes. The socket is watched once the connect is in progress: an edge then says
// that it has ended. Until then the handle is among those that are dialing, where
// who cancels or closes finds it, and among the open ones afterwards.

// connect begins op.
func (b *Backend) connect(op *backend.Op) {
	if err := b.beginConnect(op); err != nil {
		b.complete(op, err)
	}
	b.demux.Wake()
}

// beginConnect makes the socket and the handle. An error is the result of op.
func (b *Backend) beginConnect(op *backend.Op) error {
	fd, err := startConnect(op)
	op.Sys.Addr = nil
	if err != nil {
		return err
	}
	h := b.newHandle(fd, op.Connect().Network, nil, nil)
	if err := b.dial(op, h); err != nil {
		h.Close()
		return err
	}
	return nil
}

// startConnect makes a socket, of which the connect is done or in progress.
func startConnect(op *backend.Op) (fd int, err error) {
	for attempts := 1; ; attempts++ {
		if err := sys.PrepareConnect(op); err != nil {
			return -1, err
		}
		errno := sys.Connect(op)
		if errno == 0 || errno == unix.EINPROGRESS {
			return int(op.Sys.Fd), nil
		}
		sys.Unbind(op)
		sys.Close(int(op.Sys.Fd))
		if !sys.ConnectAgain(op, errno, attempts) {
			return -1, sys.ConnectError(op, errno)
		}
	}
}

// dial makes h known, with op in its lane: an edge or a cancel may come at once. An
// error means that nobody knows it.
func (b *Backend) dial(op *backend.Op, h *handle) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.watch(h); err != nil {
		return err
	}
	h.queues[backend.Out].queue.Push(op)
	b.connects[op] = h
	return nil
}

// dialed forgets that h is dialing, for op, which may be another connect by now.
func (b *Backend) dialed(op *backend.Op, h *handle) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.connects[op] == h {
		delete(b.connects, op)
	}
}

// connect is the attempt: has it ended? The lane's lock is held.
func (l *opQueue) connect(op *backend.Op) {
	errno := sys.Connected(l.h.fd)
	if errno == unix.EINPROGRESS {
		l.ready = false
		op.Err = backend.ErrWouldBlock
		return
	}
	h := l.h
	h.b.dialed(op, h)
	if errno != 0 {
		op.Err = sys.ConnectError(op, errno)
		l.refused = true
		return
	}
	if backend.IsDatagram(h.network) {
		h.datagrams()
	} else if h.local, h.remote, op.Err = sys.Established(h.fd, op); op.Err != nil {
		l.refused = true
		return
	}
	if !h.b.handles.Add(h) {
		op.Err = backend.ErrBackendClosed
		l.refused = true
		return
	}
	op.New, op.Err = h, nil
}

// cancelConnect ends a connect early and closes its handle, unless it has completed
// just before: then the handle is its initiator's.
func (b *Backend) cancelConnect(op *backend.Op) {
	b.mu.Lock()
	h := b.connects[op]
	if h == nil || b.closed.Load() { // or Backend.Close closes it
		b.mu.Unlock()
		return
	}
	b.closing.Add(1)
	b.mu.Unlock()
	defer b.closing.Done()
	if h.queues[backend.Out].cancel(op) {
		b.dialed(op, h)
		h.Close()
	}
}
