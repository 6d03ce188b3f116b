//go:build linux

package uring

import (
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"

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
	closeMu sync.Mutex   // held by Close: who comes second waits until the first is done

	queues        [backend.Directions]backend.Queue // b.mu
	closeReason   error                             // b.mu: what operations end with once closed
	writeClosing  bool                              // b.mu: CloseWrite was called
	writeShutDown bool                              // b.mu: and the peer has been told
	hot           bool                              // b.mu: bytes were there when the last receive was started
	poolWaiter    *backend.PoolWaiter               // b.mu: for a buffer; nil until there was none
	vector        sys.Vector                        // TryWriteV's: there is one writer at a time
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

// TryWrite writes what fits.
func (h *handle) TryWrite(p []byte) (int, error) {
	if err := h.acquire(); err != nil {
		return 0, err
	}
	defer h.releaseDescriptor()
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
	defer h.releaseDescriptor()
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
	return h.writeClosing
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
	return h.closeReason
}

func (h *handle) releaseDescriptor() {
	if h.refs.Add(-1) == 0 {
		sys.Close(h.fd)
	}
}

// release is done for callers that hold the lock.
func (b *Backend) releaseDescriptorLocked(h *handle) {
	if h.refs.Add(-1) == 0 {
		b.toClose = append(b.toClose, h.fd)
	}
}

var _ backend.HangUps = (*handle)(nil)

// HungUp implements backend.HangUps.
func (h *handle) HungUp() bool {
	if h.acquire() != nil {
		return false
	}
	defer h.releaseDescriptor()
	return sys.HungUp(h.fd)
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
	return newHandle(b.enter(&handle{
		b: b, fd: h.fd, network: h.network, name: h.name, listener: h.listener, local: h.local, remote: h.remote,
		packet: h.packet, family: h.family, file: h.file, writeClosing: h.writeClosing, writeShutDown: h.writeShutDown,
	}))
}

// giveUp closes h and leaves its descriptor to the caller.
func (h *handle) giveUp() error {
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

// Pipes and terminals are read and written with other opcodes than sockets. The
// kernel does not wait by itself for a descriptor that is non-blocking and cannot
// promise not to block, as a terminal is: it answers EAGAIN. Then the operation
// waits until the descriptor polls as ready, and is tried again.

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

// adoptPipe is adopt for what is not a socket.
func (b *Backend) adoptPipe(fd int, name string) (backend.Handle, error) {
	return newHandle(b.enter(&handle{b: b, fd: fd, name: name}))
}

// preparePipe writes the entry of a read or a write of what is not a socket.
func (b *Backend) preparePipe(op *backend.Op, e *sys.SQE) {
	out := op.Kind.Direction() == backend.Out
	e.Off = ^uint64(0) // there is no position
	switch {
	case op.Flag&polling != 0 && out:
		e.Opcode, e.OpFlags, e.Off = sys.RingOpPollAdd, sys.RingPollOut, 0
	case op.Flag&polling != 0:
		e.Opcode, e.OpFlags, e.Off = sys.RingOpPollAdd, sys.RingPollIn, 0
	case op.Kind == backend.KindRead:
		e.Opcode = sys.RingOpRead
		e.Addr, e.Len = buffer(op.Buf)
	case op.Kind == backend.KindWrite:
		e.Opcode = sys.RingOpWrite
		e.Addr, e.Len = buffer(op.Buf)
	default:
		e.Opcode = sys.RingOpReadV
		if out {
			e.Opcode = sys.RingOpWriteV
		}
		message(op)
		iov := op.Sys.Vec.Iov
		e.Addr, e.Len = address(unsafe.Pointer(unsafe.SliceData(iov))), uint32(len(iov))
	}
	b.estimate.slow(size(op))
	b.push(e)
}

// polled reports whether op, on what is not a socket, is to be given to the
// kernel once more: to be waited for, or because that is over.
func (b *Backend) polled(op *backend.Op, errno unix.Errno) bool {
	h, ok := op.Handle.(*handle)
	if !ok || h.name == "" || op.Flag&cancelled != 0 {
		return false
	}
	if op.Flag&polling == 0 && errno == unix.EAGAIN {
		op.Flag |= polling
		return true
	}
	if op.Flag&polling != 0 && errno == 0 {
		op.Flag &^= polling
		return true
	}
	return false
}

func (h *handle) recv(p []byte) (int, unix.Errno) {
	if h.name != "" {
		return sys.ReadPipe(h.fd, p)
	}
	return sys.Recv(h.fd, p)
}

func (h *handle) send(p []byte) (int, unix.Errno) {
	if h.name != "" {
		return sys.WritePipe(h.fd, p)
	}
	return sys.Send(h.fd, p)
}

func (h *handle) sendV() (int, unix.Errno) {
	if h.name != "" {
		return sys.WritePipeVector(h.fd, &h.vector)
	}
	return sys.SendVector(h.fd, &h.vector)
}

// ListenPacket implements backend.Backend.
func (b *Backend) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.ListenPacket(network, address, o)
	if err != nil {
		return nil, err
	}
	h := &handle{b: b, fd: fd, network: network}
	h.datagrams()
	return newHandle(b.enter(h))
}

// datagrams makes h a handle of datagrams.
func (h *handle) datagrams() {
	h.packet, h.family = true, sys.PacketFamily(h.fd)
	h.local, h.remote = sys.PacketName(sys.LocalAddr(h.fd)), sys.PacketName(sys.RemoteAddr(h.fd))
	h.file = sys.SocketFileOf(h.local)
}

// misdirected completes a send-to whose address is none for this socket. The lock
// is held.
func (h *handle) misdirected(op *backend.Op) bool {
	to := op.Datagram().Addr
	if op.Kind != backend.KindSendTo || !to.IsValid() {
		return false
	}
	err := sys.EncodePacket(op.Sys.Address(), to, h.family)
	if err != nil {
		h.b.complete(op, 0, sys.PacketError("write", h.network, h.local, to, h.remote, err))
	}
	return err != nil
}

// preparePacket writes the entry of a receive-from or a send-to.
func (b *Backend) preparePacket(op *backend.Op, e *sys.SQE) {
	m := op.Sys.Vector()
	v := unix.Iovec{Base: unsafe.SliceData(op.Buf)}
	v.SetLen(len(op.Buf))
	m.Iov = append(m.Iov[:0], v)
	m.Msg = unix.Msghdr{Iov: unsafe.SliceData(m.Iov)}
	m.Msg.SetIovlen(1)
	a := op.Sys.Address()
	e.Addr, e.Len = address(unsafe.Pointer(&m.Msg)), 1
	switch {
	case op.Kind == backend.KindReceiveFrom:
		a.Len = uint32(len(a.Bytes))
		m.Msg.Name, m.Msg.Namelen = &a.Bytes[0], a.Len
		e.Opcode, e.Ioprio = sys.RingOpRecvMsg, b.ioprio()
	default:
		if op.Datagram().Addr.IsValid() {
			m.Msg.Name, m.Msg.Namelen = &a.Bytes[0], a.Len
		}
		e.Opcode, e.OpFlags = sys.RingOpSendMsg, unix.MSG_NOSIGNAL
	}
	b.willCopy(op.Kind, len(op.Buf))
}

// carried ends a receive-from or a send-to that has moved a datagram of n bytes.
func (h *handle) carried(op *backend.Op, n int) {
	op.N, op.Err = n, h.closeReason
	if op.Kind == backend.KindReceiveFrom {
		m, a, args := op.Sys.Vec, op.Sys.Addr, op.Datagram()
		a.Len = m.Msg.Namelen
		args.Truncated = m.Msg.Flags&unix.MSG_TRUNC != 0
		sys.DecodePacket(a, &args.Addr)
	}
}
