//go:build windows

package iocp

import (
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// connectPacket carries out a connect of datagrams, which does not wait.
func (b *Backend) connectPacket(op *backend.Op) error {
	if err := sys.PrepareConnect(op.Connect(), &op.Sys); err != nil {
		return err
	}
	fd := int(op.Sys.Fd)
	if err := sys.ConnectPacket(&op.Sys); err != nil {
		sys.Close(fd)
		return sys.ConnectError(op.Connect(), err)
	}
	d := skeleton.Descriptor{FD: fd, Network: op.Connect().Network}
	err := d.Established(op) // it does not fail for datagrams
	if err == nil {
		op.New, err = b.Make(d)
	}
	return err
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
	case q.Closed != nil:
		return q.Closed
	case errno == sys.Aborted && q.cancelled:
		return backend.ErrCanceled
	case errno != 0:
		return q.h.PacketError(op, errno)
	}
	if op.N = moved; receive {
		sys.DecodePacket(op.Sys.Address(), &args.Addr)
	}
	return nil
}
