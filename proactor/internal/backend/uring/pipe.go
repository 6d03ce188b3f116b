//go:build linux

package uring

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

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
	b.expected.slow(size(op))
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
