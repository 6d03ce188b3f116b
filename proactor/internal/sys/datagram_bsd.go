//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// Package unix allocates an address for each datagram. This is the only allocation that
// the backend makes in steady state.

// PacketFamily returns the address family of a socket of datagrams.
func PacketFamily(fd int) uint16 {
	name, err := unix.Getsockname(fd)
	if err != nil {
		return unix.AF_UNSPEC
	}
	var a Address
	encodeSockaddr(&a, name)
	return familyOf(&a)
}

// reusePort lets several sockets of datagrams use one port.
func reusePort(fd int) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return os.NewSyscallError("setsockopt SO_REUSEADDR", err)
	}
	return os.NewSyscallError("setsockopt SO_REUSEPORT", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1))
}

// RecvPacket receives one datagram into b and its source into from. EAGAIN means that
// there is none.
func RecvPacket(fd int, b []byte, from *Address, _ *Vector) (n int, truncated bool, errno unix.Errno) {
	for {
		n, _, flags, peer, err := unix.Recvmsg(fd, b, nil, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, false, errnoOf(err)
		}
		encodeSockaddr(from, peer)
		return n, flags&unix.MSG_TRUNC != 0, 0
	}
}

// SendPacket sends b as one datagram; to is nil for a connected socket.
func SendPacket(fd int, b []byte, to *Address, _ *Vector) (int, unix.Errno) {
	for {
		n, err := unix.SendmsgN(fd, b, nil, sockaddrOf(to), 0)
		if err != unix.EINTR {
			return n, errnoOf(err)
		}
	}
}
