//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// newSocket makes a socket with the options of both listeners and connects. Datagrams
// may be broadcast, as with package net.
func newSocket(network string, family int, o *backend.SocketOptions) (int, error) {
	kind := unix.SOCK_STREAM
	if backend.IsDatagram(network) {
		kind = unix.SOCK_DGRAM
	}
	fd, err := openSocket(family, kind)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	switch {
	case family == unix.AF_UNIX:
	case kind == unix.SOCK_DGRAM:
		err = os.NewSyscallError("setsockopt SO_BROADCAST", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1))
	default:
		err = os.NewSyscallError("setsockopt TCP_NODELAY", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	}
	if err == nil && o != nil {
		err = SetSocketOptions(fd, o)
	}
	if err != nil {
		Close(fd)
		return -1, err
	}
	return fd, nil
}

// listenerOptions lets a restarted program bind its port again at once, and
// makes "tcp" on an IPv6 address take IPv4 as well, whatever the system's
// default.
func listenerOptions(fd int, network string, family int) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return os.NewSyscallError("setsockopt SO_REUSEADDR", err)
	}
	return bothFamilies(fd, network, family)
}

// bothFamilies makes an IPv6 socket take IPv4 as well, unless network excludes that. Some
// systems cannot.
func bothFamilies(fd int, network string, family int) error {
	if family != unix.AF_INET6 {
		return nil
	}
	only := 0
	if network == "tcp6" || network == "udp6" {
		only = 1
	}
	err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only)
	if only == 0 && !dualStack {
		return nil
	}
	return os.NewSyscallError("setsockopt IPV6_V6ONLY", err)
}

func listenOn(fd, backlog int) error { return unix.Listen(fd, backlog) }

// abortOnClose makes Close reset the connection, so that nothing remains that would keep
// other sockets from its address.
func abortOnClose(fd int) {
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}) // if it fails, they wait for the address
}

// Close closes a descriptor.
func Close(fd int) { _ = unix.Close(fd) } // it is closed also after an error

// Shutdown closes both directions of a socket, which ends the calls that wait in it, and
// keeps the descriptor.
func Shutdown(fd int) { _ = unix.Shutdown(fd, unix.SHUT_RDWR) }

// ShutdownWrite closes the outgoing direction.
func ShutdownWrite(fd int) { _ = unix.Shutdown(fd, unix.SHUT_WR) }
