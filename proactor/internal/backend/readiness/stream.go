//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"io"
	"os"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// The attempts of a stream. The lane's lock is held.

func (l *opQueue) recv(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, errno := l.h.recv(b)
	l.moved(n, len(b), errno)
	return l.received(n, errno)
}

func (l *opQueue) recvV(v [][]byte) (int, error) {
	size := l.vector.Set(v)
	if size == 0 {
		return 0, nil
	}
	n, errno := l.h.recvV(&l.vector)
	l.vector.Reset()
	l.moved(n, size, errno)
	return l.received(n, errno)
}

func (l *opQueue) received(n int, errno unix.Errno) (int, error) {
	switch {
	case errno == unix.EAGAIN:
		return 0, backend.ErrWouldBlock
	case errno != 0:
		return 0, l.h.failed("read", errno)
	case n == 0:
		l.ready = true // the end stays the end
		return 0, io.EOF
	}
	return n, nil
}

func (l *opQueue) send(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, errno := l.h.send(b)
	l.moved(n, len(b), errno)
	return l.sent(n, errno)
}

func (l *opQueue) sendV(v [][]byte) (int, error) {
	size := l.vector.Set(v)
	if size == 0 {
		return 0, nil
	}
	n, errno := l.h.sendV(&l.vector)
	l.vector.Reset()
	l.moved(n, size, errno)
	return l.sent(n, errno)
}

func (l *opQueue) sent(n int, errno unix.Errno) (int, error) {
	switch errno {
	case 0:
		return n, nil
	case unix.EAGAIN:
		return 0, backend.ErrWouldBlock
	case unix.EPIPE:
		if l.writeClosing {
			return 0, backend.ErrWriteClosed
		}
	}
	return 0, l.h.failed("write", errno)
}

// TryRead implements backend.Handle.
func (h *handle) TryRead(b []byte) (int, error) {
	l, err := h.try(backend.In)
	if err != nil {
		return 0, err
	}
	n, err := l.recv(b)
	l.mu.Unlock()
	return n, err
}

// TryWrite implements backend.Handle.
func (h *handle) TryWrite(b []byte) (int, error) {
	l, err := h.try(backend.Out)
	if err != nil {
		return 0, err
	}
	n, err := l.send(b)
	l.mu.Unlock()
	return n, err
}

// TryWriteV implements backend.Handle.
func (h *handle) TryWriteV(v [][]byte) (int, error) {
	l, err := h.try(backend.Out)
	if err != nil {
		return 0, err
	}
	n, err := l.sendV(v)
	l.mu.Unlock()
	return n, err
}

// try locks the lane for an attempt outside of its queue.
func (h *handle) try(d backend.Direction) (*opQueue, error) {
	if h.listener || h.packet {
		return nil, backend.ErrWrongHandle
	}
	l := &h.queues[d]
	l.mu.Lock()
	if l.closed != nil {
		err := l.closed
		l.mu.Unlock()
		return nil, err
	}
	return l, nil
}

// receive is the attempt of a receive: a buffer is taken for it, and given back if
// there is nothing to put into it. With no buffer the operation waits for one. The
// lane's lock is held.
func (l *opQueue) receive(op *backend.Op) {
	args := op.Receive()
	buf := l.returned.TakeOf(args.Pool)
	if buf == nil {
		if buf = args.Pool.TryTake(); buf == nil {
			l.poolWaiter = args.Pool.Waiter(l.poolWaiter, l.grant)
			buf = args.Pool.Take(l.poolWaiter)
		}
		if buf == nil {
			op.Err = backend.ErrWouldBlock
			return
		}
	}
	op.N, op.Err = l.recv(buf.Space())
	if op.Err != nil {
		l.returned.Add(buf)
		return
	}
	buf.Fill(op.N)
	args.Buffer = buf
}

// grant goes on with a buffer. What has no use for it gives it back.
func (l *opQueue) grant(buf *backend.PoolBuffer) {
	l.mu.Lock()
	l.returned.Add(buf)
	completed := l.runLocked()
	l.unlock()
	if completed {
		l.h.b.demux.Wake()
	}
}

// unlock gives back the buffers that were of no use: whoever gets one locks a
// lane.
func (l *opQueue) unlock() {
	spares := l.returned
	l.returned = backend.SpareBuffers{}
	l.mu.Unlock()
	spares.Release()
}

// ListenPacket implements backend.Backend.
func (b *Backend) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.ListenPacket(network, address, o)
	if err != nil {
		return nil, err
	}
	h := b.newHandle(fd, network, nil, nil)
	h.datagrams()
	if err := b.register(h); err != nil {
		return nil, err
	}
	return h, nil
}

// datagrams makes h a handle of datagrams.
func (h *handle) datagrams() {
	h.packet, h.family = true, sys.PacketFamily(h.fd)
	h.local, h.remote = sys.PacketName(sys.LocalAddr(h.fd)), sys.PacketName(sys.RemoteAddr(h.fd))
	h.file = sys.SocketFileOf(h.local)
}

// receiveFrom is the attempt of a receive-from. The lane's lock is held, as for the
// next one.
func (l *opQueue) receiveFrom(op *backend.Op) {
	args, from := op.Datagram(), op.Sys.Address()
	n, truncated, errno := sys.RecvPacket(l.h.fd, op.Buf, from, &l.vector)
	if errno != 0 {
		l.refuse(op, "read", errno)
		return
	}
	op.N, op.Err, args.Truncated = n, nil, truncated
	sys.DecodePacket(from, &args.Addr)
}

// sendTo is the attempt of a send-to.
func (l *opQueue) sendTo(op *backend.Op) {
	args := op.Datagram()
	var to *sys.Address
	if args.Addr.IsValid() {
		to = op.Sys.Address()
		if err := sys.EncodePacket(to, args.Addr, l.h.family); err != nil {
			op.N, op.Err = 0, sys.PacketError("write", l.h.network, l.h.local, args.Addr, l.h.remote, err)
			return
		}
	}
	n, errno := sys.SendPacket(l.h.fd, op.Buf, to, &l.vector)
	if errno != 0 {
		l.refuse(op, "write", errno)
		return
	}
	op.N, op.Err = n, nil
}

// refuse says why an attempt has failed: op waits for an edge, or that is its
// result. No edge tells when there is room in the queue of a Unix socket that
// this one is not connected to.
func (l *opQueue) refuse(op *backend.Op, call string, errno unix.Errno) {
	stranger := op.Kind == backend.KindSendTo && l.h.family == unix.AF_UNIX && op.Datagram().Addr.IsValid()
	if errno == unix.EAGAIN && !(stranger && sys.Writable(l.h.fd)) {
		l.ready = false
		op.Err = backend.ErrWouldBlock
		return
	}
	op.N, op.Err = 0, sys.PacketError(call, l.h.network, l.h.local, op.Datagram().Addr, l.h.remote, errno)
}

// Adopt implements backend.Backend.
func (b *Backend) Adopt(f *os.File) (backend.Handle, error) {
	fd, err := sys.Adopt(f)
	if err != nil {
		return nil, err
	}
	return b.adopt(fd, f.Name())
}

// AdoptFile implements backend.Backend.
func (b *Backend) AdoptFile(f backend.SystemFile) (backend.Handle, error) {
	return b.files.AdoptFile(f)
}

// Pipe implements backend.Backend.
func (b *Backend) Pipe() (r, w backend.Handle, err error) { return sys.Pipe(b.adopt) }

// adopt makes a handle of what is not a socket.
func (b *Backend) adopt(fd int, name string) (backend.Handle, error) {
	h := b.newHandle(fd, "", nil, nil)
	h.name = name
	if err := b.register(h); err != nil {
		return nil, err
	}
	return h, nil
}

// What a stream is read and written with.

func (h *handle) recv(b []byte) (int, unix.Errno) {
	if h.name != "" {
		return sys.ReadPipe(h.fd, b)
	}
	return sys.Recv(h.fd, b)
}

func (h *handle) recvV(v *sys.Vector) (int, unix.Errno) {
	if h.name != "" {
		return sys.ReadPipeVector(h.fd, v)
	}
	return sys.RecvVector(h.fd, v)
}

func (h *handle) send(b []byte) (int, unix.Errno) {
	if h.name != "" {
		return sys.WritePipe(h.fd, b)
	}
	return sys.Send(h.fd, b)
}

func (h *handle) sendV(v *sys.Vector) (int, unix.Errno) {
	if h.name != "" {
		return sys.WritePipeVector(h.fd, v)
	}
	return sys.SendVector(h.fd, v)
}
