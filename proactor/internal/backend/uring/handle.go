//go:build linux

package uring

import (
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// This file makes, uses and closes handles: first the functions that make a handle,
// then the calls that do not wait (TryRead, TryWrite, HungUp), then ownership of the
// descriptor, and at the end Cancel, CloseWrite and Close.

// handle is a socket, a pipe, or a terminal. Its descriptor is closed once Close was
// called and it has no users: no operation in the kernel, and no goroutine inside
// TryRead or TryWrite. So the descriptor's number cannot come to mean another file
// while it is in use.
type handle struct {
	b             *Backend
	fd            int
	network       string
	listener      bool
	packet        bool   // a socket of datagrams
	family        uint16 // the address family of a socket of datagrams
	name          string // of a pipe or terminal; "" for a socket
	local, remote net.Addr
	file          sys.SocketFile // of a listener or a socket of datagrams that is bound to a path

	refs    atomic.Int32 // users of fd: 1 until Close, and 1 for each call or operation in progress
	closing atomic.Bool  // Close was called: no new users
	closeMu sync.Mutex   // held by Close: a second call waits until the first returns

	queues        [backend.Directions]backend.Queue // b.mu
	closeReason   error                             // b.mu: the error of operations once h is closed
	writeClosing  bool                              // b.mu: CloseWrite was called
	writeShutDown bool                              // b.mu: and the write side is shut down
	hot           bool                              // b.mu: bytes were there when the last receive was started
	poolWaiter    *backend.PoolWaiter               // b.mu: waits for a buffer; nil until a pool was empty
	vector        sys.Vector                        // used by TryWriteV: there is one writer at a time
}

var _ backend.Handle = (*handle)(nil)
var _ backend.HangUps = (*handle)(nil)

// Listen makes a listening handle.
func (b *Backend) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.Listen(network, address, o)
	if err != nil {
		return nil, err
	}
	h := &handle{b: b, fd: fd, network: network, listener: true, local: sys.LocalAddr(fd)}
	h.file = sys.SocketFileOf(h.local)
	return asHandle(b.register(h))
}

// ListenPacket implements backend.Backend.
func (b *Backend) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.ListenPacket(network, address, o)
	if err != nil {
		return nil, err
	}
	h := &handle{b: b, fd: fd, network: network}
	h.initDatagrams()
	return asHandle(b.register(h))
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
	return asHandle(b.register(&handle{b: b, fd: fd, name: name}))
}

// adoptSocket makes a handle of a non-blocking socket, and owns the socket from
// then on. If the backend is closed it closes the socket and returns an error.
func (b *Backend) adoptSocket(fd int, network string, remote net.Addr) (*handle, error) {
	return b.register(&handle{b: b, fd: fd, network: network, local: sys.LocalAddr(fd), remote: remote})
}

// register adds h, which must be complete, to the handles that Close closes.
func (b *Backend) register(h *handle) (*handle, error) {
	h.refs.Store(1)
	if !b.handles.Add(h) {
		h.file.Remove()
		sys.Close(h.fd)
		return nil, backend.ErrBackendClosed
	}
	return h, nil
}

// asHandle keeps a nil *handle from becoming a Handle that is not nil.
func asHandle(h *handle, err error) (backend.Handle, error) {
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (h *handle) LocalAddr() net.Addr  { return h.local }
func (h *handle) RemoteAddr() net.Addr { return h.remote }

// TryRead implements backend.Handle.
func (h *handle) TryRead(p []byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.releaseDescriptor()
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

func (h *handle) recv(p []byte) (int, unix.Errno) {
	if h.name != "" {
		return sys.ReadPipe(h.fd, p)
	}
	return sys.Recv(h.fd, p)
}

// TryWrite implements backend.Handle.
func (h *handle) TryWrite(p []byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.releaseDescriptor()
	if len(p) == 0 {
		return 0, nil
	}
	n, errno := h.send(p)
	return h.writeResult(n, errno)
}

func (h *handle) send(p []byte) (int, unix.Errno) {
	if h.name != "" {
		return sys.WritePipe(h.fd, p)
	}
	return sys.Send(h.fd, p)
}

// TryWriteV implements backend.Handle.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.releaseDescriptor()
	if h.vector.Set(v) == 0 {
		return 0, nil
	}
	n, errno := h.sendV()
	h.vector.Reset()
	return h.writeResult(n, errno)
}

func (h *handle) sendV() (int, unix.Errno) {
	if h.name != "" {
		return sys.WritePipeVector(h.fd, &h.vector)
	}
	return sys.SendVector(h.fd, &h.vector)
}

func (h *handle) writeResult(n int, errno unix.Errno) (int, error) {
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
	return h.writeClosing
}

// HungUp implements backend.HangUps.
func (h *handle) HungUp() bool {
	if h.acquire() != nil {
		return false
	}
	defer h.releaseDescriptor()
	return sys.HungUp(h.fd)
}

// acquire keeps the descriptor of a stream open until releaseDescriptor.
func (h *handle) acquire() error {
	if h.listener || h.packet {
		return backend.ErrWrongHandle
	}
	return h.holdDescriptor()
}

// Control implements backend.Controllable.
func (h *handle) Control(f func(fd uintptr)) error {
	if err := h.holdDescriptor(); err != nil {
		return err
	}
	defer h.releaseDescriptor()
	f(uintptr(h.fd))
	return nil
}

// holdDescriptor is acquire for every kind of handle.
func (h *handle) holdDescriptor() error {
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
	return h.closeReason
}

// releaseDescriptor drops a reference. The last one closes the descriptor.
func (h *handle) releaseDescriptor() {
	if h.refs.Add(-1) == 0 {
		sys.Close(h.fd)
	}
}

// releaseDescriptorLocked is releaseDescriptor with the lock held: the descriptor is
// closed later, without the lock.
func (b *Backend) releaseDescriptorLocked(h *handle) {
	if h.refs.Add(-1) == 0 {
		b.toClose = append(b.toClose, h.fd)
	}
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
	return asHandle(b.register(&handle{
		b: b, fd: h.fd, network: h.network, name: h.name, listener: h.listener, local: h.local, remote: h.remote,
		packet: h.packet, family: h.family, file: h.file, writeClosing: h.writeClosing, writeShutDown: h.writeShutDown,
	}))
}

// detach closes h and leaves its descriptor to the caller.
func (h *handle) detach() error {
	b := h.b
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case h.closeReason != nil:
		return h.closeReason
	case !h.queues[backend.In].Empty(), !h.queues[backend.Out].Empty(), h.refs.Load() > 1:
		return backend.ErrBusy
	}
	h.closeReason = backend.ErrHandleClosed
	h.closing.Store(true)
	b.handles.Remove(h)
	return nil
}

// Cancel cancels the operations that are outstanding on h, which stays open.
func (h *handle) Cancel() {
	h.b.mu.Lock()
	for i := range h.queues {
		h.b.cancelQueueLocked(&h.queues[i], backend.ErrCanceled)
	}
	h.b.mu.Unlock()
	h.b.wakeOrSubmit()
}

// CloseWrite ends the outgoing direction after the writes that are queued.
func (h *handle) CloseWrite() error {
	switch {
	case h.listener:
		return backend.ErrWrongHandle
	case h.packet, h.name != "":
		return backend.ErrNotSocket
	}
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	if h.closeReason != nil {
		return h.closeReason
	}
	if !h.writeClosing {
		h.writeClosing = true
		h.shutdownWriteLocked()
	}
	return nil
}

// shutdownWriteLocked shuts down the write side once no write is queued. An error
// means that the peer has gone, and needs no notice.
func (h *handle) shutdownWriteLocked() {
	if h.writeClosing && !h.writeShutDown && h.closeReason == nil && h.queues[backend.Out].Empty() {
		h.writeShutDown = true
		sys.ShutdownWrite(h.fd)
	}
}

// Close ends the operations that are outstanding on h. The descriptor is closed
// when the kernel has given back the last of them.
func (h *handle) Close() error {
	h.closeMu.Lock()
	defer h.closeMu.Unlock()
	b := h.b
	b.mu.Lock()
	if h.closeReason != nil {
		b.mu.Unlock()
		return nil
	}
	h.closeReason = backend.ErrHandleClosed
	if b.closed {
		h.closeReason = backend.ErrBackendClosed
	}
	for i := range h.queues {
		b.cancelQueueLocked(&h.queues[i], h.closeReason)
	}
	b.mu.Unlock()

	h.closing.Store(true)
	h.file.Remove()
	if h.refs.Load() > 1 {
		// End the operations that cannot be cancelled because they are running.
		sys.Shutdown(h.fd)
	}
	h.releaseDescriptor()
	b.handles.Remove(h) // last: until here Backend.Close waits for h
	b.wakeOrSubmit()
	return nil
}
