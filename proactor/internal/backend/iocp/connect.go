//go:build windows

package iocp

import (
	"net"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A connect is the only operation in the outgoing queue of the handle that it makes. The
// handle is registered when the connect has succeeded.

// startConnect begins op.
func (b *Backend) startConnect(op *backend.Op) {
	if backend.IsDatagram(op.Connect().Network) {
		b.Complete(op, b.connectPacket(op))
		b.wakeSleeper()
		return
	}
	h, err := b.addConnect(op)
	if err != nil {
		b.Complete(op, err)
		b.wakeSleeper()
		return
	}
	h.queues[backend.Out].start(op)
}

// addConnect makes the handle of a connect and remembers it.
func (b *Backend) addConnect(op *backend.Op) (*handle, error) {
	if err := sys.PrepareConnect(op.Connect(), &op.Sys); err != nil {
		return nil, backend.Unsupported(op.Connect().Network, err)
	}
	fd := int(op.Sys.Fd)
	h := b.newHandle(skeleton.Descriptor{FD: fd, Network: op.Connect().Network})
	err := sys.BindAnywhere(op.Connect(), &op.Sys)
	if err != nil {
		err = sys.ConnectError(op.Connect(), err)
	} else {
		b.Mu.Lock()
		err = b.AddConnectLocked(op, h)
		b.Mu.Unlock()
	}
	if err != nil {
		sys.Close(fd)
	}
	return h, err
}

// connectPacket carries out a connect of datagrams, which does not wait.
func (b *Backend) connectPacket(op *backend.Op) error {
	if err := sys.PrepareConnect(op.Connect(), &op.Sys); err != nil {
		return err
	}
	fd := int(op.Sys.Fd)
	if err := sys.ConnectPacket(&op.Sys); err != nil {
		sys.Close(fd)
		return sys.ConnectError(op.Connect(), err)
	}
	d := skeleton.Descriptor{FD: fd, Network: op.Connect().Network}
	err := d.Established(op) // it does not fail for datagrams
	if err == nil {
		op.New, err = b.Make(d)
	}
	return err
}

// CancelConnect implements skeleton.Connecting.
func (h *handle) CancelConnect(op *backend.Op) { skeleton.Cancel(&h.queues[backend.Out], op) }

// connectUnix begins to connect a Unix socket. ConnectEx cannot do that, and the call that
// can waits until the other end has room in its queue. So a goroutine makes the call, and
// its result comes out of the port as any other. A cancel does not reach the call.
func (b *Backend) connectUnix(op *backend.Op) syscall.Errno {
	sys.PrepareOverlapped(&op.Sys)
	go func() {
		sys.ConnectBlocking(&op.Sys)
		b.port.Complete(&op.Sys)
	}()
	return sys.Pending
}

// connectResultLocked is the result of a connect.
func (q *opQueue) connectResultLocked(op *backend.Op, errno syscall.Errno) error {
	h := q.h
	h.b.RemoveConnect(op, h)
	err := q.Closed
	switch {
	case err != nil:
		return err
	case errno == sys.Aborted && q.cancelled:
		err = backend.ErrCanceled
	case errno != 0:
		err = sys.ConnectError(op.Connect(), errno)
	case !backend.IsUnix(h.Network):
		err = sys.Connected(h.FD)
	}
	if err == nil {
		err = h.Established(op)
	}
	if err == nil {
		if h.b.Open.Add(h) {
			op.New = h
			return nil
		}
		err = backend.ErrBackendClosed
	}
	return q.failConnectLocked(op, err)
}

// failConnectLocked makes the queue close the handle of a failed connect.
func (q *opQueue) failConnectLocked(op *backend.Op, err error) error {
	q.h.b.RemoveConnect(op, q.h)
	q.connectFailed = true
	return err
}

// acceptResultLocked is the result of an accept.
func (q *opQueue) acceptResultLocked(op *backend.Op, errno syscall.Errno) error {
	fd := int(op.Sys.Fd)
	switch {
	case q.Closed != nil:
		sys.Close(fd)
		return q.Closed
	case errno != 0:
		sys.Close(fd)
		return q.resultErrorLocked(op, errno)
	}
	if err := sys.Accepted(fd, q.h.FD); err != nil {
		sys.Close(fd)
		return &net.OpError{Op: "accept", Net: q.h.Network, Source: q.h.Local, Err: err}
	}
	var err error
	op.New, err = q.h.b.Make(q.h.Accepted(fd, sys.RemoteAddr(fd)))
	return err
}
