//go:build linux

package uring

import (
	"io"
	"net"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// handle is a socket. Its descriptor is closed when Close was called and
// nobody uses it any more: neither the kernel for an operation, nor a goroutine
// inside TryRead or TryWrite. So its number cannot come to mean another file
// while it is in use.
type handle struct {
	b             *Backend
	fd            int
	network       string
	listener      bool
	packet        bool   // a socket of datagrams
	family        uint16 // of datagrams: the address family
	name          string // of a pipe; "" for a socket
	local, remote net.Addr
	file          sys.SocketFile // of a listener or a socket of datagrams that is bound to a path

	refs    atomic.Int32 // users of fd: 1 until Close, and 1 for each in progress
	closing atomic.Bool  // Close was called: no new users
	closer  sync.Mutex   // held by Close: who comes second waits until the first is done

	queues [backend.Directions]backend.Queue // b.mu
	why    error                             // b.mu: what operations end with once closed
	ending bool                              // b.mu: CloseWrite was called
	ended  bool                              // b.mu: and the peer has been told
	likely bool                              // b.mu: bytes were there when the last receive was started
	waiter *backend.PoolWaiter               // b.mu: for a buffer; nil until there was none
	vector sys.Vector                        // TryWriteV's: there is one writer at a time
}

var _ backend.Handle = (*handle)(nil)

// adopt makes a handle of a non-blocking socket, which it owns from then on,
// also if there is an error: then the backend has been closed.
func (b *Backend) adopt(fd int, network string, remote net.Addr) (*handle, error) {
	return b.enter(&handle{b: b, fd: fd, network: network, local: sys.LocalAddr(fd), remote: remote})
}

// enter makes h known to the backend, which may close it from then on. So h must be
// complete.
func (b *Backend) enter(h *handle) (*handle, error) {
	h.refs.Store(1)
	if !b.handles.Add(h) {
		h.file.Remove()
		sys.Close(h.fd)
		return nil, backend.ErrBackendClosed
	}
	return h, nil
}

func (h *handle) LocalAddr() net.Addr  { return h.local }
func (h *handle) RemoteAddr() net.Addr { return h.remote }

// TryRead reads what is there.
func (h *handle) TryRead(p []byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.done()
	if len(p) == 0 {
		return 0, nil
	}
	n, errno := h.recv(p)
	switch {
	case errno == unix.EAGAIN:
		return 0, backend.ErrWouldBlock
	case errno != 0:
		return 0, h.opError("read", errno)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// TryWrite writes what fits.
func (h *handle) TryWrite(p []byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.done()
	if len(p) == 0 {
		return 0, nil
	}
	n, errno := h.send(p)
	return h.written(n, errno)
}

// TryWriteV writes what fits of several buffers.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.done()
	if h.vector.Set(v) == 0 {
		return 0, nil
	}
	n, errno := h.sendV()
	h.vector.Reset()
	return h.written(n, errno)
}

func (h *handle) written(n int, errno unix.Errno) (int, error) {
	switch errno {
	case 0:
		return n, nil
	case unix.EAGAIN:
		return 0, backend.ErrWouldBlock
	case unix.EPIPE:
		if h.writeClosed() {
			return 0, backend.ErrWriteClosed
		}
	}
	return 0, h.opError("write", errno)
}

// writeClosed reports whether CloseWrite was called.
func (h *handle) writeClosed() bool {
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	return h.ending
}

// acquire makes sure that the descriptor of a stream stays open until done.
func (h *handle) acquire() error {
	if h.listener || h.packet {
		return backend.ErrWrongHandle
	}
	for !h.closing.Load() {
		n := h.refs.Load()
		if n == 0 {
			break
		}
		if h.refs.CompareAndSwap(n, n+1) {
			return nil
		}
	}
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	return h.why
}

func (h *handle) done() {
	if h.refs.Add(-1) == 0 {
		sys.Close(h.fd)
	}
}

// release is done for callers that hold the lock.
func (b *Backend) release(h *handle) {
	if h.refs.Add(-1) == 0 {
		b.doomed = append(b.doomed, h.fd)
	}
}
