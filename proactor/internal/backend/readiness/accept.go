//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// accept is the attempt of an accept. An error other than that there is no
// connection leaves the lane ready: the queue is not known to be empty.
func (l *lane) accept(op *backend.Op) {
	from := op.Sys.Address()
	fd, errno := sys.Accept(l.h.fd, from)
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
	h := b.newHandle(fd, l.h.network, sys.LocalAddr(fd), sys.DecodeAddress(from))
	if op.Err = b.register(h); op.Err == nil {
		op.New = h
	}
}
