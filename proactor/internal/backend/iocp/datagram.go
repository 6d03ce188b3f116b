//go:build windows

package iocp

import (
	"syscall"

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
}

// connectPacket carries out a connect of datagrams, which does not wait.
func (b *Backend) connectPacket(op *backend.Op) error {
	if err := sys.PrepareConnect(op); err != nil {
		return err
	}
	fd := int(op.Sys.Fd)
	if err := sys.ConnectPacket(op); err != nil {
		sys.Close(fd)
		return sys.ConnectError(op, err)
	}
	h := b.newHandle(fd, op.Connect().Network, nil, nil)
	h.datagrams()
	if err := b.register(h); err != nil {
		return err
	}
	op.New = h
	return nil
}

// address writes where op, a send-to, goes.
func (l *opQueue) address(op *backend.Op) error {
	to := op.Datagram().Addr
	if !to.IsValid() {
		return nil
	}
	if err := sys.EncodePacket(op.Sys.Address(), to, l.h.family); err != nil {
		return sys.PacketError("write", l.h.network, l.h.local, to, l.h.remote, err)
	}
	return nil
}

// delivered is the result of a receive-from or a send-to.
func (l *opQueue) delivered(op *backend.Op, moved int, errno syscall.Errno) error {
	args, receive := op.Datagram(), op.Kind == backend.KindReceiveFrom
	if receive {
		if args.Truncated = errno == sys.TooLong; args.Truncated {
			moved, errno = len(op.Buf), 0
		}
	}
	switch {
	case l.closed != nil:
		return l.closed
	case errno == sys.Aborted && l.recalled:
		return backend.ErrCanceled
	case errno != 0:
		return sys.PacketError(verb(op.Kind), l.h.network, l.h.local, args.Addr, l.h.remote, errno)
	}
	if op.N = moved; receive {
		sys.DecodePacket(op.Sys.Address(), &args.Addr)
	}
	return nil
}
