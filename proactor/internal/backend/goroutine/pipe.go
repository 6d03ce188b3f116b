package goroutine

import (
	"io"
	"net"
	"os"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// conn is what a stream reads and writes: a connection of package net, or a pipe.
type conn interface {
	io.ReadWriteCloser
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// pipe is a pipe or a terminal, which has no addresses.
type pipe struct{ *os.File }

// Write replaces the system's error for a pipe without a reader with one error
// number.
func (p pipe) Write(b []byte) (int, error) {
	n, err := p.File.Write(b)
	return n, sys.FromPipe(err)
}

func (pipe) LocalAddr() net.Addr  { return nil }
func (pipe) RemoteAddr() net.Addr { return nil }

// Adopt implements backend.Backend.
func (b *Backend) Adopt(f *os.File) (backend.Handle, error) {
	own, err := sys.AdoptFile(f)
	if err != nil {
		return nil, err
	}
	return b.adopt(own)
}

// adopt makes a stream of f, which it owns from then on. It requires a file that
// supports deadlines, because a deadline cancels operations.
func (b *Backend) adopt(f *os.File) (backend.Handle, error) {
	if err := f.SetDeadline(time.Time{}); err != nil {
		f.Close()
		return nil, &os.PathError{Op: "adopt", Path: f.Name(), Err: sys.ErrNotWaitable}
	}
	return b.newStream(pipe{f})
}

// Pipe implements backend.Backend.
func (b *Backend) Pipe() (r, w backend.Handle, err error) {
	in, out, err := sys.PipeFiles()
	if err != nil {
		return nil, nil, err
	}
	if r, err = b.adopt(in); err != nil {
		out.Close()
		return nil, nil, err
	}
	if w, err = b.adopt(out); err != nil {
		r.Close()
		return nil, nil, err
	}
	return r, w, nil
}
