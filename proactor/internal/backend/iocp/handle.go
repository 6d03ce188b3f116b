//go:build windows

package iocp

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// handle is a socket: a stream, a listener, one of datagrams, or a stream that is
// connecting. Or it is a pipe's end.
type handle struct {
	b             *Backend
	fd            int
	network       string
	name          string // of a pipe; a socket has none
	listener      bool
	packet        bool                   // a socket of datagrams
	family        uint16                 // of datagrams: the address family
	options       *backend.SocketOptions // listener: of the streams too
	local, remote net.Addr
	file          sys.SocketFile // of a listener that is bound to a path
	lanes         [backend.Directions]opQueue
	closing       sync.Mutex // held by Close: who comes second waits until the first is done
	closed        atomic.Bool

	joining sync.Mutex
	joined  atomic.Bool // the socket has a port: this backend's
}

var _ backend.Handle = (*handle)(nil)

// newHandle makes a handle of a socket, which it owns from then on.
func (b *Backend) newHandle(fd int, network string, local, remote net.Addr) *handle {
	h := &handle{b: b, fd: fd, network: network, local: local, remote: remote}
	for d := range h.lanes {
		h.lanes[d].h = h
	}
	return h
}

// register makes h known to the backend, which will close it. If it cannot be it
// is closed.
func (b *Backend) register(h *handle) error {
	if b.handles.Add(h) {
		return nil
	}
	h.Close()
	return backend.ErrBackendClosed
}

// join gives the socket its port, before the first operation: a stream that was
// just accepted can still go to another dispatcher.
func (h *handle) join() error {
	if h.joined.Load() {
		return nil
	}
	h.joining.Lock()
	defer h.joining.Unlock()
	if h.joined.Load() {
		return nil
	}
	if err := h.b.port.Add(h.fd); err != nil {
		return err
	}
	h.joined.Store(true)
	return nil
}

// Listen implements backend.Backend.
func (b *Backend) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.Listen(network, address, o)
	if err != nil {
		return nil, backend.Unsupported(network, err)
	}
	h := b.newHandle(fd, network, sys.LocalAddr(fd), nil)
	h.listener, h.options, h.file = true, o, sys.SocketFileOf(h.local)
	if err := b.register(h); err != nil {
		return nil, err
	}
	return h, nil
}

// AdoptFile implements backend.Backend.
func (b *Backend) AdoptFile(f backend.SystemFile) (backend.Handle, error) {
	return b.files.AdoptFile(f)
}

// LocalAddr implements backend.Handle.
func (h *handle) LocalAddr() net.Addr { return h.local }

// RemoteAddr implements backend.Handle.
func (h *handle) RemoteAddr() net.Addr { return h.remote }

// Cancel implements backend.Handle.
func (h *handle) Cancel() {
	for d := range h.lanes {
		h.lanes[d].cancelAll()
	}
	h.b.stir()
}

// Close implements backend.Handle. The socket of a stream is closed when what is
// in flight has come out of the port.
func (h *handle) Close() error {
	h.closing.Lock()
	defer h.closing.Unlock()
	if h.closed.Swap(true) {
		return nil
	}
	err := h.b.closedError()
	h.b.mu.Lock()
	h.b.landing[h] = struct{}{} // before it leaves the registry
	h.b.mu.Unlock()
	flying := false
	for d := range h.lanes {
		flying = h.lanes[d].close(err) || flying
	}
	if h.listener {
		h.file.Remove()
		sys.Close(h.fd) // at once: its address is free again
	} else if flying && h.name == "" {
		sys.Shutdown(h.fd) // the peer is told at once
	}
	h.b.gather(h)
	h.b.handles.Remove(h) // at the end: until then Backend.Close waits for h
	h.b.stir()
	return nil
}

// release gives back what h stands for.
func (h *handle) release() {
	if h.name != "" {
		sys.ClosePipe(h.fd)
		return
	}
	sys.Close(h.fd)
}

// failed is what the system said about a call on h.
func (h *handle) failed(call string, errno syscall.Errno) error {
	if h.name != "" {
		return &os.PathError{Op: call, Path: h.name, Err: errno}
	}
	return sys.OpError(call, h.network, h.local, h.remote, errno)
}
