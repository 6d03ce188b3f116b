//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

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
