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
	lanes         [backend.Directions]lane
	closing       sync.Mutex // held by Close: who comes second waits until the first is done
	closed        atomic.Bool
}

var _ backend.Handle = (*handle)(nil)

// newHandle makes a handle of a non-blocking socket. The handle owns it from
// then on.
func (b *Backend) newHandle(fd int, network string, local, remote net.Addr) *handle {
	h := &handle{b: b, fd: fd, network: network, local: local, remote: remote}
	for d := range h.lanes {
		h.lanes[d].h, h.lanes[d].ready = h, true
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
	if b.ended.Load() {
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
	for d := range h.lanes {
		h.lanes[d].cancelAll()
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
	for d := range h.lanes {
		h.lanes[d].close(err)
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
