//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// A connect is the first operation in the outgoing queue of the handle that it makes.
// The socket is watched once the connect is in progress, and an edge says that it has
// ended. Until then the handle is in Backend.Connects, where CancelAll and Close find
// it, and afterwards among the open handles.

// startConnect begins op.
func (b *Backend) startConnect(op *backend.Op) {
	if err := b.beginConnect(op); err != nil {
		b.Complete(op, err)
	}
	b.demux.Wake()
}

// beginConnect makes the socket and the handle. An error is the result of op.
func (b *Backend) beginConnect(op *backend.Op) error {
	err := connectSocket(op)
	op.Sys.Addr = nil
	if err != nil {
		return err
	}
	h := b.newHandle(skeleton.Descriptor{FD: int(op.Sys.Fd), Network: op.Connect().Network})
	if err := b.addConnect(op, h); err != nil {
		h.Close()
		return err
	}
	return nil
}

// connectSocket makes op.Sys.Fd a socket whose connect is done or in progress.
func connectSocket(op *backend.Op) error {
	for attempts := 1; ; attempts++ {
		if err := sys.PrepareConnect(op.Connect(), &op.Sys); err != nil {
			return err
		}
		errno := sys.Connect(&op.Sys)
		if errno == 0 || errno == unix.EINPROGRESS {
			return nil
		}
		sys.Unbind(op.Connect())
		sys.Close(int(op.Sys.Fd))
		if !sys.ConnectAgain(op.Connect(), errno, attempts) {
			return sys.ConnectError(op.Connect(), errno)
		}
	}
}

// addConnect watches h, with op in its queue, because an edge or a cancel may come at
// once. After an error the backend does not know h.
func (b *Backend) addConnect(op *backend.Op, h *handle) error {
	b.Mu.Lock()
	defer b.Mu.Unlock()
	if err := b.watchLocked(h); err != nil {
		return err
	}
	h.queues[backend.Out].Ops.Push(op)
	return b.AddConnectLocked(op, h)
}

// finishConnectLocked is the attempt of a connect: it looks whether the connect has
// ended.
func (q *opQueue) finishConnectLocked(op *backend.Op) {
	errno := sys.Connected(q.h.FD)
	if errno == unix.EINPROGRESS {
		op.Err = backend.ErrWouldBlock // an edge runs the queue again
		return
	}
	h := q.h
	h.b.RemoveConnect(op, h)
	if errno != 0 {
		op.Err = sys.ConnectError(op.Connect(), errno)
		q.connectFailed = true
		return
	}
	if op.Err = h.Established(op); op.Err == nil && !h.b.Open.Add(h) {
		op.Err = backend.ErrBackendClosed
	}
	if op.Err != nil {
		q.connectFailed = true
		return
	}
	op.New = h
}

// CancelConnect implements skeleton.Connecting. If the connect has completed just before,
// h belongs to the initiator.
func (h *handle) CancelConnect(op *backend.Op) {
	if skeleton.Cancel(&h.queues[backend.Out], op) {
		h.b.RemoveConnect(op, h)
		h.Close()
	}
}
