//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package skeleton

import (
	"cmp"
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// Handles makes handles; H is a backend's type of handle. A backend that embeds it has the
// methods of backend.Backend that make one.
type Handles[H backend.Handle] struct {
	newHandle func(Descriptor) (H, error)
}

// Init sets the function that makes a handle of a descriptor and adds it to the open ones.
// The function owns the descriptor, also if it returns an error.
func (s *Handles[H]) Init(newHandle func(Descriptor) (H, error)) { s.newHandle = newHandle }

// Make makes a handle of d, which it owns from then on, also if it returns an error.
func (s *Handles[H]) Make(d Descriptor) (backend.Handle, error) {
	h, err := s.newHandle(d)
	if err != nil {
		return nil, err // and no H, because a nil H would be a Handle that is not nil
	}
	return h, nil
}

// Listen implements backend.Backend.
func (s *Handles[H]) Listen(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.Listen(network, address, o)
	if err != nil {
		return nil, backend.Unsupported(network, err)
	}
	local := sys.LocalAddr(fd)
	return s.Make(Descriptor{FD: fd, Network: network, Listener: true, Local: local, File: sys.SocketFileOf(local)})
}

// ListenPacket implements backend.Backend.
func (s *Handles[H]) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	fd, err := sys.ListenPacket(network, address, o)
	if err != nil {
		return nil, err
	}
	d := Descriptor{FD: fd, Network: network}
	d.initDatagrams()
	return s.Make(d)
}

// Adopt implements backend.Backend.
func (s *Handles[H]) Adopt(f *os.File) (backend.Handle, error) {
	fd, err := sys.Adopt(f)
	if err != nil {
		return nil, err
	}
	return s.Make(Descriptor{FD: fd, Name: cmp.Or(f.Name(), pipeName)}) // without a name it would be a socket
}

// pipeName names a pipe in errors.
const pipeName = "pipe"

// Pipe implements backend.Backend.
func (s *Handles[H]) Pipe() (r, w backend.Handle, err error) {
	in, out, err := sys.MakePipe()
	if err != nil {
		return nil, nil, err
	}
	if r, err = s.Make(Descriptor{FD: in, Name: pipeName}); err != nil {
		sys.ClosePipe(out)
		return nil, nil, err
	}
	if w, err = s.Make(Descriptor{FD: out, Name: pipeName}); err != nil {
		r.Close()
		return nil, nil, err
	}
	return r, w, nil
}
