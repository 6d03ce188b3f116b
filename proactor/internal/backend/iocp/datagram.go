//go:build windows

package iocp

import (
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

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
	h.initDatagrams()
	if err := b.register(h); err != nil {
		return err
	}
	op.New = h
	return nil
}

// encodeAddress lays out the address of op, a send-to.
func (q *opQueue) encodeAddress(op *backend.Op) error {
	to := op.Datagram().Addr
	if !to.IsValid() {
		return nil
	}
	if err := sys.EncodePacket(op.Sys.Address(), to, q.h.family); err != nil {
		return sys.PacketError("write", q.h.network, q.h.local, to, q.h.remote, err)
	}
	return nil
}

// packetResultLocked is the result of a receive-from or a send-to.
func (q *opQueue) packetResultLocked(op *backend.Op, moved int, errno syscall.Errno) error {
	args, receive := op.Datagram(), op.Kind == backend.KindReceiveFrom
	if receive {
		if args.Truncated = errno == sys.TooLong; args.Truncated {
			moved, errno = len(op.Buf), 0
		}
	}
	switch {
	case q.closed != nil:
		return q.closed
	case errno == sys.Aborted && q.cancelled:
		return backend.ErrCanceled
	case errno != 0:
		return sys.PacketError(verb(op.Kind), q.h.network, q.h.local, args.Addr, q.h.remote, errno)
	}
	if op.N = moved; receive {
		sys.DecodePacket(op.Sys.Address(), &args.Addr)
	}
	return nil
}
