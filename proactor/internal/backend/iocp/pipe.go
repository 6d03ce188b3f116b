//go:build windows

package iocp

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Pipes are read and written with other calls than sockets, which know one buffer
// and not several. Their end is an error of the system's.

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
	if err := h.join(); err != nil {
		h.Close()
		err = fmt.Errorf("it has another completion port (%v): %w", err, errors.ErrUnsupported)
		return nil, &os.PathError{Op: "adopt", Path: f.Name(), Err: err}
	}
	return h, nil
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

// adoptPipe makes a handle of fd, which it owns from then on.
func (b *Backend) adoptPipe(fd int, name string) (*handle, error) {
	h := b.newHandle(fd, "", nil, nil)
	h.name = name
	return h, b.register(h)
}

// callPipe is call for a pipe.
func (l *opQueue) callPipe(op *backend.Op) (syscall.Errno, error) {
	switch op.Kind {
	case backend.KindRead:
		return sys.StartReadPipe(l.h.fd, op, op.Buf), nil
	case backend.KindReadV:
		return sys.StartReadPipe(l.h.fd, op, op.Vec[firstOf(op.Vec)]), nil
	case backend.KindReceive:
		return sys.StartReadPipe(l.h.fd, op, nil), nil
	case backend.KindWrite:
		return sys.StartWritePipe(l.h.fd, op, op.Buf), nil
	case backend.KindWriteV:
		return sys.StartWritePipe(l.h.fd, op, l.together(op.Vec)), nil
	}
	return l.transmit(op)
}

// sendPart begins to write b, a part of what op writes.
func (l *opQueue) sendPart(op *backend.Op, b []byte) syscall.Errno {
	if l.h.name != "" {
		return sys.StartWritePipe(l.h.fd, op, b)
	}
	return sys.StartSendPart(l.h.fd, op, b)
}

// errPipeTransmit is the result of the transmission of a file to a pipe.
var errPipeTransmit = fmt.Errorf("iocp transmits files to sockets alone: use the goroutine backend, or ReadAt and Write: %w", errors.ErrUnsupported)

// firstOf is the place of the first buffer that is not empty. There is one.
func firstOf(v [][]byte) int {
	return slices.IndexFunc(v, func(b []byte) bool { return len(b) > 0 })
}

// together is what several buffers hold, as far as a pipe takes it, in one.
func (l *opQueue) together(v [][]byte) []byte {
	if l.scratch == nil {
		l.scratch = make([]byte, 0, sys.PipeSize)
	}
	l.scratch = l.scratch[:0]
	for _, b := range v {
		room := cap(l.scratch) - len(l.scratch)
		l.scratch = append(l.scratch, b[:min(len(b), room)]...)
	}
	return l.scratch
}

// gotNothing reports whether a read is to go on: somebody has written nothing to
// the pipe, which is no end.
func (l *opQueue) gotNothing(moved int, errno syscall.Errno) bool {
	return l.h.name != "" && moved == 0 && errno == 0 && l.closed == nil && !l.recalled
}

// piped is the result of a read or a write. A scatter read takes what else there
// is for its other buffers. mu is held.
func (l *opQueue) piped(op *backend.Op, moved int, errno syscall.Errno) error {
	in := op.Kind.Direction() == backend.In
	switch {
	case in && errno == sys.PipeEnded && l.closed == nil:
		return io.EOF
	case errno == 0 && in && moved == 0:
		return l.failed(op, sys.Aborted)
	case errno != 0:
		return l.failed(op, errno)
	}
	op.N = moved
	if op.Kind == backend.KindReadV && l.closed == nil {
		l.fillRest(op)
	}
	return nil
}

// fillRest reads without waiting into the buffers behind the first, if that is
// full.
func (l *opQueue) fillRest(op *backend.Op) {
	first := firstOf(op.Vec)
	full := op.N == len(op.Vec[first])
	for _, b := range op.Vec[first+1:] {
		if !full {
			return
		}
		n, _ := l.h.recv(b) // an error comes again with the next read
		op.N += n
		full = n == len(b)
	}
}

// What a stream is read and written with, without waiting.

func (h *handle) recv(b []byte) (int, syscall.Errno) {
	if h.name != "" {
		return sys.ReadPipe(h.fd, b)
	}
	return sys.Recv(h.fd, b)
}

func (h *handle) send(b []byte) (int, syscall.Errno) {
	if h.name != "" {
		return sys.WritePipe(h.fd, b)
	}
	return sys.Send(h.fd, b)
}

func (h *handle) sendV(v *sys.Vector) (int, syscall.Errno) {
	if h.name != "" {
		return sys.WritePipeVector(h.fd, v)
	}
	return sys.SendVector(h.fd, v)
}

// result is how an operation on h ended that has failed.
func (h *handle) result(op *backend.Op) (int, syscall.Errno) {
	if h.name != "" {
		return sys.PipeResult(h.fd, op)
	}
	return sys.Result(h.fd, op)
}
