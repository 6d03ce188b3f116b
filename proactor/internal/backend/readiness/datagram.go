//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

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
func (l *lane) receiveFrom(op *backend.Op) {
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
func (l *lane) sendTo(op *backend.Op) {
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
func (l *lane) refuse(op *backend.Op, call string, errno unix.Errno) {
	stranger := op.Kind == backend.KindSendTo && l.h.family == unix.AF_UNIX && op.Datagram().Addr.IsValid()
	if errno == unix.EAGAIN && !(stranger && sys.Writable(l.h.fd)) {
		l.ready = false
		op.Err = backend.ErrWouldBlock
		return
	}
	op.N, op.Err = 0, sys.PacketError(call, l.h.network, l.h.local, op.Datagram().Addr, l.h.remote, errno)
}
