//go:build linux

package epoll

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// accept is the attempt of an accept. An error other than that there is no
// connection leaves the lane ready: the queue is not known to be empty.
func (l *lane) accept(op *backend.Op) {
	fd, size, errno := sys.Accept(l.h.fd, &op.Sys.Addr)
	switch errno {
	case 0:
	case unix.EAGAIN:
		l.ready = false
		op.Err = backend.ErrWouldBlock
		return
	default:
		op.Err = l.h.failed("accept", errno)
		return
	}
	b := l.h.b
	h := b.newHandle(fd, l.h.network, sys.LocalAddr(fd), sys.DecodeAddress(&op.Sys.Addr, size))
	if op.Err = b.register(h); op.Err == nil {
		op.New = h
	}
}
