//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"net"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// This file makes and closes handles: first the functions that make a handle, then
// Take, and at the end Cancel, CloseWrite and Close.

// handle is a socket (a stream, a listener, a stream that is connecting, or a socket of
// datagrams), a pipe, or a terminal.
type handle struct {
	b             *Backend
	fd            int
	token         Token // the token of its edges
	network       string
	listener      bool
	packet        bool   // a socket of datagrams
	family        uint16 // the address family of a socket of datagrams
	name          string // of a pipe or terminal; "" for a socket
	local, remote net.Addr
	file          sys.SocketFile // of a listener or a socket of datagrams that is bound to a path
	queues        [backend.Directions]opQueue
	closeMu       sync.Mutex // held by Close: a second call waits until the first returns
	closed        atomic.Bool
}

var _ backend.Handle = (*handle)(nil)
var _ backend.HangUps = (*handle)(nil)

// newHandle makes a handle of a non-blocking descriptor, and owns it from then on.
func (b *Backend) newHandle(fd int, network string, local, remote net.Addr) *handle {
	h := &handle{b: b, fd: fd, network: network, local: local, remote: remote}
	for d := range h.queues {
		h.queues[d].h, h.queues[d].ready = h, true
	}
	return h
}

// register adds h to the handles that Backend.Close closes, and watches its
// descriptor. If there is an error it closes h.
func (b *Backend) register(h *handle) error {
	b.mu.Lock()
	err := b.watchLocked(h)
	if err == nil {
		b.handles.Add(h) // not refused: Close waits for mu
	}
	b.mu.Unlock()
	if err != nil {
		h.Close()
	}
	return err
}

// watchLocked gives h a token and has the kernel report its edges. The caller holds
// b.mu until the backend knows h as well, because a goroutine that finds h may close
// it, which undoes all three.
func (b *Backend) watchLocked(h *handle) error {
	h.token = b.table.add(h)
	if b.closed.Load() {
		return backend.ErrBackendClosed
	}
	if errno := b.demux.Add(h.fd, h.token); errno != 0 {
		return h.opError("watch", errno)
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

// ListenPacket implements backend.Backend.
func (b *Backend) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.ListenPacket(network, address, o)
	if err != nil {
		return nil, err
	}
	h := b.newHandle(fd, network, nil, nil)
	h.initDatagrams()
	if err := b.register(h); err != nil {
		return nil, err
	}
	return h, nil
}

// initDatagrams makes h a handle of datagrams.
func (h *handle) initDatagrams() {
	h.packet, h.family = true, sys.PacketFamily(h.fd)
	h.local, h.remote = sys.PacketName(sys.LocalAddr(h.fd)), sys.PacketName(sys.RemoteAddr(h.fd))
	h.file = sys.SocketFileOf(h.local)
}

// Adopt implements backend.Backend.
func (b *Backend) Adopt(f *os.File) (backend.Handle, error) {
	fd, err := sys.Adopt(f)
	if err != nil {
		return nil, err
	}
	return b.adoptPipe(fd, f.Name())
}

// AdoptFile implements backend.Backend.
func (b *Backend) AdoptFile(f backend.SystemFile) (backend.Handle, error) {
	return b.files.AdoptFile(f)
}

// Pipe implements backend.Backend.
func (b *Backend) Pipe() (r, w backend.Handle, err error) { return sys.Pipe(b.adoptPipe) }

// adoptPipe makes a handle of a descriptor that is not a socket.
func (b *Backend) adoptPipe(fd int, name string) (backend.Handle, error) {
	h := b.newHandle(fd, "", nil, nil)
	h.name = name
	if err := b.register(h); err != nil {
		return nil, err
	}
	return h, nil
}

// Take implements backend.Backend.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	h, ok := from.(*handle)
	if !ok {
		return nil, backend.ErrOtherBackend
	}
	if err := h.detach(); err != nil {
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

// detach closes h and leaves its descriptor, which is not watched any more, to
// the caller.
func (h *handle) detach() error {
	for d := range h.queues {
		q := &h.queues[d]
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.closed != nil {
			return q.closed
		}
		if !q.ops.Empty() {
			return backend.ErrBusy
		}
	}
	if h.closed.Swap(true) {
		return h.b.closedError() // Close waits for the queues' locks, and closes the descriptor
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

// LocalAddr implements backend.Handle.
func (h *handle) LocalAddr() net.Addr { return h.local }

// RemoteAddr implements backend.Handle.
func (h *handle) RemoteAddr() net.Addr { return h.remote }

// HungUp implements backend.HangUps. An edge reports a hang-up whether or not an
// operation is outstanding.
func (h *handle) HungUp() bool {
	q := &h.queues[backend.In]
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.hangup && q.closed == nil
}

// Control implements backend.Controllable. The queue's lock keeps the descriptor open.
func (h *handle) Control(f func(fd uintptr)) error {
	q := &h.queues[backend.In]
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return q.closed
	}
	f(uintptr(h.fd))
	return nil
}

// opError is the error of a system call on h.
func (h *handle) opError(call string, errno unix.Errno) error {
	if h.name != "" {
		return sys.PipeError(call, h.name, errno)
	}
	return sys.OpError(call, h.network, h.local, h.remote, errno)
}

// Cancel implements backend.Handle.
func (h *handle) Cancel() {
	for d := range h.queues {
		h.queues[d].cancelAll()
	}
	h.b.demux.Wake()
}

// CloseWrite implements backend.Handle.
func (h *handle) CloseWrite() error {
	if h.listener {
		return backend.ErrWrongHandle
	}
	if h.packet || h.name != "" {
		return backend.ErrNotSocket
	}
	q := &h.queues[backend.Out]
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return q.closed
	}
	q.writeClosing = true
	q.shutdownWriteLocked()
	return nil
}

// shutdownWriteLocked shuts down the write side once no write is queued. An error
// means that the peer has gone, and needs no notice. Once the queue is closed the
// descriptor must not be touched, because its number may belong to another file.
func (q *opQueue) shutdownWriteLocked() {
	if q.writeClosing && !q.writeShutDown && q.closed == nil && q.ops.Empty() {
		q.writeShutDown = true
		sys.ShutdownWrite(q.h.fd)
	}
}

// Close implements backend.Handle. Once the queues are closed no goroutine uses the
// descriptor, whose number may then come to mean another file.
func (h *handle) Close() error {
	h.closeMu.Lock()
	defer h.closeMu.Unlock()
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
	h.b.handles.Remove(h) // last: until here Backend.Close waits for h
	h.b.demux.Wake()
	return nil
}
