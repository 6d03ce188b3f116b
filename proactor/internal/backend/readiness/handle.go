//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"net"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// handle is a socket: a stream, a listener, or a stream that is connecting.
type handle struct {
	b             *Backend
	fd            int
	token         Token // what its edges carry
	network       string
	listener      bool
	packet        bool   // a socket of datagrams
	family        uint16 // of datagrams: the address family
	name          string // of a pipe; "" for a socket
	local, remote net.Addr
	file          sys.SocketFile // of a listener or a socket of datagrams that is bound to a path
	queues        [backend.Directions]opQueue
	closing       sync.Mutex // held by Close: who comes second waits until the first is done
	closed        atomic.Bool
}

var _ backend.Handle = (*handle)(nil)

// newHandle makes a handle of a non-blocking socket. The handle owns it from
// then on.
func (b *Backend) newHandle(fd int, network string, local, remote net.Addr) *handle {
	h := &handle{b: b, fd: fd, network: network, local: local, remote: remote}
	for d := range h.queues {
		h.queues[d].h, h.queues[d].ready = h, true
	}
	return h
}

// register makes h known: to the backend, which will close it, and to the
// kernel, which will tell about its edges. If it cannot be it is closed.
func (b *Backend) register(h *handle) error {
	b.mu.Lock()
	err := b.watch(h)
	if err == nil {
		b.handles.Add(h) // not refused: Close waits for mu
	}
	b.mu.Unlock()
	if err != nil {
		h.Close()
	}
	return err
}

// watch gives h its place and has the kernel tell about its edges. mu is held until
// the backend knows h as well: whoever finds h, by an edge or else, may close it,
// and gives back all three.
func (b *Backend) watch(h *handle) error {
	h.token = b.table.add(h)
	if b.closed.Load() {
		return backend.ErrBackendClosed
	}
	if errno := b.demux.Add(h.fd, h.token); errno != 0 {
		return h.failed("watch", errno)
	}
	return nil
}

// Listen implements backend.Backend.
func (b *Backend) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.Listen(network, address, o)
	if err != nil {
		return nil, err
	}
	h := b.newHandle(fd, network, sys.LocalAddr(fd), nil)
	h.listener, h.file = true, sys.SocketFileOf(h.local)
	if err := b.register(h); err != nil {
		return nil, err
	}
	return h, nil
}

// LocalAddr implements backend.Handle.
func (h *handle) LocalAddr() net.Addr { return h.local }

// RemoteAddr implements backend.Handle.
func (h *handle) RemoteAddr() net.Addr { return h.remote }

// Cancel implements backend.Handle.
func (h *handle) Cancel() {
	for d := range h.queues {
		h.queues[d].cancelAll()
	}
	h.b.demux.Wake()
}

// Close implements backend.Handle. Once the lanes are closed nobody uses the
// descriptor, and its number may come to mean something else.
func (h *handle) Close() error {
	h.closing.Lock()
	defer h.closing.Unlock()
	if h.closed.Swap(true) {
		return nil
	}
	err := h.b.closedError()
	for d := range h.queues {
		h.queues[d].close(err)
	}
	h.b.mu.Lock()
	h.b.table.remove(h.token)
	h.b.mu.Unlock()
	h.file.Remove()
	sys.Close(h.fd)
	h.b.handles.Remove(h) // at the end: until then Backend.Close waits for h
	h.b.demux.Wake()
	return nil
}

// failed is what the system said about a call on h.
func (h *handle) failed(call string, errno unix.Errno) error {
	if h.name != "" {
		return sys.PipeError(call, h.name, errno)
	}
	return sys.OpError(call, h.network, h.local, h.remote, errno)
}

var _ backend.HangUps = (*handle)(nil)

// HungUp implements backend.HangUps. The edge has told, whether or not anything
// was outstanding.
func (h *handle) HungUp() bool {
	l := &h.queues[backend.In]
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hangup && l.closed == nil
}

// CloseWrite implements backend.Handle.
func (h *handle) CloseWrite() error {
	if h.listener {
		return backend.ErrWrongHandle
	}
	if h.packet || h.name != "" {
		return backend.ErrNotSocket
	}
	l := &h.queues[backend.Out]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed != nil {
		return l.closed
	}
	l.writeClosing = true
	l.shutdownWriteLocked()
	return nil
}

// end tells the peer that no more will come, once nothing is left to be written.
// A peer that has gone already need not be told. Once the lane is closed the
// descriptor is not to be touched: its number may be somebody else's. mu is held.
func (l *opQueue) shutdownWriteLocked() {
	if l.writeClosing && !l.writeShutDown && l.closed == nil && l.queue.Empty() {
		l.writeShutDown = true
		sys.ShutdownWrite(l.h.fd)
	}
}

// accept is the attempt of an accept. An error other than that there is no
// connection leaves the lane ready: the queue is not known to be empty.
func (l *opQueue) accept(op *backend.Op) {
	from := op.Sys.Address()
	fd, errno := sys.Accept(l.h.fd, from)
	switch errno {
	case 0:
	case unix.EAGAIN:
		l.ready = false
		op.Err = backend.ErrWouldBlock
		return
	default:
		op.Err = l.h.failed("accept", errno)
		return
	}
	b := l.h.b
	h := b.newHandle(fd, l.h.network, sys.LocalAddr(fd), sys.DecodeAddress(from))
	if op.Err = b.register(h); op.Err == nil {
		op.New = h
	}
}

// Take implements backend.Backend.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	h, ok := from.(*handle)
	if !ok {
		return nil, backend.ErrOtherBackend
	}
	if err := h.giveUp(); err != nil {
		return nil, err
	}
	taken := b.newHandle(h.fd, h.network, h.local, h.remote)
	taken.listener, taken.name, taken.packet, taken.family, taken.file = h.listener, h.name, h.packet, h.family, h.file
	was, out := &h.queues[backend.Out], &taken.queues[backend.Out]
	out.writeClosing, out.writeShutDown = was.writeClosing, was.writeShutDown
	if err := b.register(taken); err != nil {
		return nil, err
	}
	return taken, nil
}

// giveUp closes h and leaves its descriptor, which is not watched any more, to
// the caller.
func (h *handle) giveUp() error {
	for d := range h.queues {
		l := &h.queues[d]
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.closed != nil {
			return l.closed
		}
		if !l.queue.Empty() {
			return backend.ErrBusy
		}
	}
	if h.closed.Swap(true) {
		return h.b.closedError() // Close waits for the lanes, and gives the descriptor back
	}
	for d := range h.queues {
		h.queues[d].closed = backend.ErrHandleClosed
	}
	h.b.handles.Remove(h)
	h.b.mu.Lock()
	if !h.b.closed.Load() {
		h.b.demux.Remove(h.fd)
	}
	h.b.table.remove(h.token)
	h.b.mu.Unlock()
	return nil
}
