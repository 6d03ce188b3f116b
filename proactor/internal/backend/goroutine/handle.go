package goroutine

import (
	"io"
	"net"
	"syscall"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// handle is a stream, a listener, or a socket of datagrams.
type handle interface {
	backend.Handle
	Side(k backend.Kind) skeleton.Side
	common() *endpoint
	// moveTo makes a handle of the connection on another backend.
	moveTo(b *Backend) (backend.Handle, error)
}

// endpoint is the part of a handle that all kinds have.
type endpoint struct {
	b             *Backend
	self          handle // the handle that embeds this
	conn          io.Closer
	local, remote net.Addr
	listener      bool
	packet        bool
	file          sys.SocketFile // of a path
	queues        [backend.Directions]opQueue
	closing       skeleton.Closing
}

func (e *endpoint) common() *endpoint { return e }

// serve prepares the queue of direction d: perform carries out its operations, and
// setDeadline ends the call in which perform blocks.
func (e *endpoint) serve(d backend.Direction, perform func(*backend.Op), setDeadline func(time.Time) error) {
	q := &e.queues[d]
	q.b, q.perform, q.setDeadline, q.available.L = e.b, perform, setDeadline, &q.Mu
}

// open adds self, the handle that embeds e, to the open handles of b. If b is closed it
// closes the connection and returns an error.
func (e *endpoint) open(self handle) (backend.Handle, error) {
	e.self = self
	if !e.b.Open.Add(self) {
		e.file.Remove()
		e.conn.Close()
		return nil, backend.ErrBackendClosed
	}
	return self, nil
}

// queueOf returns the queue that op belongs to; nil if op's handle cannot do it.
func queueOf(op *backend.Op) *opQueue {
	if h, ok := op.Handle.(handle); ok {
		return h.common().queue(op.Kind)
	}
	return nil
}

func (e *endpoint) queue(k backend.Kind) *opQueue {
	if !k.Suits(e.listener, e.packet) {
		return nil
	}
	return &e.queues[k.Direction()]
}

// Side implements skeleton.Handle.
func (e *endpoint) Side(k backend.Kind) skeleton.Side {
	if q := e.queue(k); q != nil {
		return q
	}
	return nil
}

// LocalAddr implements backend.Handle.
func (e *endpoint) LocalAddr() net.Addr { return e.local }

// RemoteAddr implements backend.Handle.
func (e *endpoint) RemoteAddr() net.Addr { return e.remote }

// Control implements backend.Controllable.
func (e *endpoint) Control(f func(fd uintptr)) error {
	raw, err := e.conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return err
	}
	if raw.Control(f) != nil {
		return backend.ErrHandleClosed
	}
	return nil
}

// Cancel implements backend.Handle.
func (e *endpoint) Cancel() {
	for d := range e.queues {
		skeleton.CancelAll(&e.queues[d])
	}
}

// failAll makes the outstanding operations complete with err, once they end.
func (e *endpoint) failAll(err error) {
	for d := range e.queues {
		e.queues[d].close(err)
	}
}

// Close implements backend.Handle.
func (e *endpoint) Close() error {
	var err error
	e.closing.Close(func() {
		e.failAll(e.b.ClosedError())
		e.file.Remove()
		err = e.conn.Close()
		e.b.Open.Remove(e.self) // last: until here Backend.Close waits for it
	})
	return err
}

// Take implements backend.Backend.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	h, ok := from.(handle)
	if !ok {
		return nil, backend.ErrOtherBackend
	}
	e := h.common()
	err := e.closing.Detach(&e.b.Base, func() error { return nil }, &e.queues[backend.In], &e.queues[backend.Out])
	if err != nil {
		return nil, err
	}
	for d := range e.queues {
		e.queues[d].available.Signal() // its goroutine ends
	}
	e.b.Open.Remove(h)
	return h.moveTo(b)
}
