//go:build windows

package iocp

import (
	"net"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// accepted is the result of an accept. mu is held.
func (l *opQueue) accepted(op *backend.Op, errno syscall.Errno) error {
	fd := int(op.Sys.Fd)
	switch {
	case l.closed != nil:
		sys.Close(fd)
		return l.closed
	case errno != 0:
		sys.Close(fd)
		return l.failed(op, errno)
	}
	if err := sys.Accepted(fd, l.h.fd); err != nil {
		sys.Close(fd)
		return &net.OpError{Op: "accept", Net: l.h.network, Source: l.h.local, Err: err}
	}
	h := l.h.b.newHandle(fd, l.h.network, sys.LocalAddr(fd), sys.RemoteAddr(fd))
	if err := l.h.b.register(h); err != nil {
		return err
	}
	op.New = h
	return nil
}
