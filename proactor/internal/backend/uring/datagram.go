//go:build linux

package uring

import (
	"unsafe"

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
	h := &handle{b: b, fd: fd, network: network}
	h.datagrams()
	return newHandle(b.enter(h))
}

// datagrams makes h a handle of datagrams.
func (h *handle) datagrams() {
	h.packet, h.family = true, sys.PacketFamily(h.fd)
	h.local, h.remote = sys.PacketName(sys.LocalAddr(h.fd)), sys.PacketName(sys.RemoteAddr(h.fd))
	h.file = sys.SocketFileOf(h.local)
}

// misdirected completes a send-to whose address is none for this socket. The lock
// is held.
func (h *handle) misdirected(op *backend.Op) bool {
	to := op.Datagram().Addr
	if op.Kind != backend.KindSendTo || !to.IsValid() {
		return false
	}
	err := sys.EncodePacket(op.Sys.Address(), to, h.family)
	if err != nil {
		h.b.complete(op, 0, sys.PacketError("write", h.network, h.local, to, h.remote, err))
	}
	return err != nil
}

// preparePacket writes the entry of a receive-from or a send-to.
func (b *Backend) preparePacket(op *backend.Op, e *sys.SQE) {
	m := op.Sys.Vector()
	v := unix.Iovec{Base: unsafe.SliceData(op.Buf)}
	v.SetLen(len(op.Buf))
	m.Iov = append(m.Iov[:0], v)
	m.Msg = unix.Msghdr{Iov: unsafe.SliceData(m.Iov)}
	m.Msg.SetIovlen(1)
	a := op.Sys.Address()
	e.Addr, e.Len = address(unsafe.Pointer(&m.Msg)), 1
	switch {
	case op.Kind == backend.KindReceiveFrom:
		a.Len = uint32(len(a.Bytes))
		m.Msg.Name, m.Msg.Namelen = &a.Bytes[0], a.Len
		e.Opcode, e.Ioprio = sys.RingOpRecvMsg, b.ioprio()
	default:
		if op.Datagram().Addr.IsValid() {
			m.Msg.Name, m.Msg.Namelen = &a.Bytes[0], a.Len
		}
		e.Opcode, e.OpFlags = sys.RingOpSendMsg, unix.MSG_NOSIGNAL
	}
	b.willCopy(op.Kind, len(op.Buf))
}

// carried ends a receive-from or a send-to that has moved a datagram of n bytes.
func (h *handle) carried(op *backend.Op, n int) {
	op.N, op.Err = n, h.why
	if op.Kind == backend.KindReceiveFrom {
		m, a, args := op.Sys.Vec, op.Sys.Addr, op.Datagram()
		a.Len = m.Msg.Namelen
		args.Truncated = m.Msg.Flags&unix.MSG_TRUNC != 0
		sys.DecodePacket(a, &args.Addr)
	}
}
