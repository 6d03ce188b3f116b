//go:build linux

package uring

import (
	"io"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// failure is the error of an operation that the kernel has ended with errno.
// asked: somebody has cancelled it.
func (h *handle) failure(op *backend.Op, errno unix.Errno, asked bool) error {
	switch {
	case h.why != nil:
		return h.why
	case asked && errno == unix.ECANCELED:
		return backend.ErrCanceled
	}
	if op.Kind.OnDatagrams() {
		return sys.PacketError(verb(op.Kind), h.network, h.local, op.Datagram().Addr, h.remote, errno)
	}
	return h.opError(verb(op.Kind), errno)
}

// transferred is the error that goes with n bytes moved.
func (h *handle) transferred(op *backend.Op, n int) error {
	switch {
	case h.why != nil:
		return h.why
	case n == 0 && op.Kind.Direction() == backend.In:
		return io.EOF
	}
	return nil
}

func verb(k backend.Kind) string {
	switch k {
	case backend.KindAccept:
		return "accept"
	case backend.KindWrite, backend.KindWriteV, backend.KindSendTo:
		return "write"
	}
	return "read"
}

func (h *handle) opError(verb string, errno unix.Errno) error {
	if h.name != "" {
		return sys.PipeError(verb, h.name, errno)
	}
	return sys.OpError(verb, h.network, h.local, h.remote, errno)
}
