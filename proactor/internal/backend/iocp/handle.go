//go:build windows

package iocp

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// This file makes and closes handles: first the functions that make a handle, then
// Take, and at the end Cancel, CloseWrite and Close.

// handle is a socket (a stream, a listener, a stream that is connecting, or a socket of
// datagrams) or an end of a pipe.
type handle struct {
	b             *Backend
	fd            int
	network       string
	name          string // of a pipe; "" for a socket
	listener      bool
	packet        bool                   // a socket of datagrams
	family        uint16                 // the address family of a socket of datagrams
	options       *backend.SocketOptions // of a listener: also for the streams that it accepts
	local, remote net.Addr
	file          sys.SocketFile // of a listener that is bound to a path
	queues        [backend.Directions]opQueue
	closeMu       sync.Mutex // held by Close: a second call waits until the first returns
	closed        atomic.Bool

	joinMu  sync.Mutex
	hasPort atomic.Bool // the socket belongs to the backend's port
}

var _ backend.Handle = (*handle)(nil)

// newHandle makes a handle of a descriptor, and owns it from then on.
func (b *Backend) newHandle(fd int, network string, local, remote net.Addr) *handle {
	h := &handle{b: b, fd: fd, network: network, local: local, remote: remote}
	for d := range h.queues {
		h.queues[d].h = h
	}
	return h
}

// register adds h to the handles that Backend.Close closes. If there is an error it
// closes h.
func (b *Backend) register(h *handle) error {
	if b.handles.Add(h) {
		return nil
	}
	h.Close()
	return backend.ErrBackendClosed
}

// joinPort adds the socket to the port, before its first operation. A stream that was
// just accepted can still go to another dispatcher.
func (h *handle) joinPort() error {
	if h.hasPort.Load() {
		return nil
	}
	h.joinMu.Lock()
	defer h.joinMu.Unlock()
	if h.hasPort.Load() {
		return nil
	}
	if err := h.b.port.Add(h.fd); err != nil {
		return err
	}
	h.hasPort.Store(true)
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
}

// Adopt implements backend.Backend.
func (b *Backend) Adopt(f *os.File) (backend.Handle, error) {
	fd, err := sys.Adopt(f)
	if err != nil {
		return nil, err
	}
	h, err := b.adoptPipe(fd, f.Name())
	if err != nil {
		return nil, err
	}
	if err := h.joinPort(); err != nil {
		h.Close()
		err = fmt.Errorf("it has another completion port (%v): %w", err, errors.ErrUnsupported)
		return nil, &os.PathError{Op: "adopt", Path: f.Name(), Err: err}
	}
	return h, nil
}

// AdoptFile implements backend.Backend.
func (b *Backend) AdoptFile(f backend.SystemFile) (backend.Handle, error) {
	return b.files.AdoptFile(f)
}

// Pipe implements backend.Backend.
func (b *Backend) Pipe() (r, w backend.Handle, err error) {
	in, out, err := sys.MakePipe()
	if err != nil {
		return nil, nil, err
	}
	if r, err = b.adoptPipe(in, "pipe"); err != nil {
		sys.ClosePipe(out)
		return nil, nil, err
	}
	if w, err = b.adoptPipe(out, "pipe"); err != nil {
		r.Close()
		return nil, nil, err
	}
	return r, w, nil
}

// adoptPipe makes a handle of fd, and owns it from then on.
func (b *Backend) adoptPipe(fd int, name string) (*handle, error) {
	h := b.newHandle(fd, "", nil, nil)
	h.name = name
	return h, b.register(h)
}

// Take implements backend.Backend. A socket with earlier operations belongs to a port,
// which Windows before 8.1 cannot change.
func (b *Backend) Take(from backend.Handle) (backend.Handle, error) {
	h, ok := from.(*handle)
	if !ok {
		return nil, backend.ErrOtherBackend
	}
	if err := h.detach(b); err != nil {
		return nil, err
	}
	taken := b.newHandle(h.fd, h.network, h.local, h.remote)
	taken.listener, taken.options, taken.packet, taken.family, taken.name = h.listener, h.options, h.packet, h.family, h.name
	taken.file = h.file
	taken.hasPort.Store(h.hasPort.Load())
	was, out := &h.queues[backend.Out], &taken.queues[backend.Out]
	out.writeClosing, out.writeShutDown = was.writeClosing, was.writeShutDown
	if err := b.register(taken); err != nil {
		return nil, err
	}
	return taken, nil
}

// detach closes h and leaves its socket to the caller. If the socket belongs to a port,
// that is the port of the new backend then.
func (h *handle) detach(to *Backend) error {
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
	if h.hasPort.Load() {
		if err := to.port.Replace(h.fd); err != nil {
			return err
		}
	}
	if h.closed.Swap(true) {
		return h.b.closedError() // Close waits for the queues' locks, and closes the socket
	}
	for d := range h.queues {
		h.queues[d].closed = backend.ErrHandleClosed
	}
	h.b.handles.Remove(h)
	return nil
}

// LocalAddr implements backend.Handle.
func (h *handle) LocalAddr() net.Addr { return h.local }

// RemoteAddr implements backend.Handle.
func (h *handle) RemoteAddr() net.Addr { return h.remote }

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
func (h *handle) opError(call string, errno syscall.Errno) error {
	if h.name != "" {
		return &os.PathError{Op: call, Path: h.name, Err: errno}
	}
	return sys.OpError(call, h.network, h.local, h.remote, errno)
}

// Cancel implements backend.Handle.
func (h *handle) Cancel() {
	for d := range h.queues {
		h.queues[d].cancelAll()
	}
	h.b.wakeSleeper()
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

// shutdownWriteLocked shuts down the write side once no write is queued. An error means
// that the peer has gone, and needs no notice.
func (q *opQueue) shutdownWriteLocked() {
	if q.writeClosing && !q.writeShutDown && q.ops.Empty() {
		q.writeShutDown = true
		sys.ShutdownWrite(q.h.fd)
	}
}

// Close implements backend.Handle. The socket of a stream is closed when nothing is in
// flight on it.
func (h *handle) Close() error {
	h.closeMu.Lock()
	defer h.closeMu.Unlock()
	if h.closed.Swap(true) {
		return nil
	}
	err := h.b.closedError()
	h.b.mu.Lock()
	h.b.draining[h] = struct{}{} // before it leaves the registry
	h.b.mu.Unlock()
	inFlight := false
	for d := range h.queues {
		inFlight = h.queues[d].close(err) || inFlight
	}
	if h.listener {
		h.file.Remove()
		sys.Close(h.fd) // at once, which frees its address
	} else if inFlight && h.name == "" {
		sys.Shutdown(h.fd) // the peer notices at once
	}
	h.b.releaseIfIdle(h)
	h.b.handles.Remove(h) // last: until here Backend.Close waits for h
	h.b.wakeSleeper()
	return nil
}

// release closes h's descriptor.
func (h *handle) release() {
	if h.name != "" {
		sys.ClosePipe(h.fd)
		return
	}
	sys.Close(h.fd)
}
