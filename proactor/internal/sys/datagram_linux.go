package sys

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// PacketFamily returns the address family of a socket of datagrams.
func PacketFamily(fd int) uint16 {
	family, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil {
		return unix.AF_UNSPEC
	}
	return uint16(family)
}

// reusePort lets several sockets of datagrams use one port.
func reusePort(fd int) error {
	return os.NewSyscallError("setsockopt SO_REUSEADDR", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1))
}

// RecvPacket receives one datagram into b and its source into from. x is its working
// memory. EAGAIN means that there is none.
func RecvPacket(fd int, b []byte, from *Address, x *Vector) (n int, truncated bool, errno unix.Errno) {
	from.Len = uint32(len(from.Bytes))
	x.setPacket(b, from)
	n, errno = transferMsg(unix.SYS_RECVMSG, fd, x, 0)
	truncated = x.msg.Flags&unix.MSG_TRUNC != 0
	from.Len = x.msg.Namelen
	x.resetPacket()
	return n, truncated, errno
}

// SendPacket sends b as one datagram; to is nil for a connected socket. x is its
// working memory.
func SendPacket(fd int, b []byte, to *Address, x *Vector) (int, unix.Errno) {
	x.setPacket(b, to)
	n, errno := transferMsg(unix.SYS_SENDMSG, fd, x, unix.MSG_NOSIGNAL)
	x.resetPacket()
	return n, errno
}

func (x *Vector) setPacket(b []byte, a *Address) {
	e := unix.Iovec{Base: unsafe.SliceData(b)}
	e.SetLen(len(b))
	x.iov, x.size = append(x.iov[:0], e), len(b)
	x.msg = unix.Msghdr{Iov: unsafe.SliceData(x.iov)}
	x.msg.SetIovlen(1)
	if a != nil {
		x.msg.Name, x.msg.Namelen = &a.Bytes[0], a.Len
	}
}

func (x *Vector) resetPacket() {
	x.Reset()
	x.msg = unix.Msghdr{}
}
