//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package sys

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// defaultBacklog is the length of an accept queue when the program does not choose one:
// more than systems allow, which cut it down to their limit, as package net does. A peer
// that finds the queue full loses time: TCP tries again after a second, and a Unix socket
// fails with EAGAIN. It fits into 16 bits, which is what some kernels keep.
const defaultBacklog = 1<<16 - 1

// Listen makes a listening socket, non-blocking. The error is a *net.OpError.
//
// Accepted sockets inherit TCP_NODELAY and the buffer sizes from it, so that an
// accept needs no further system calls.
func Listen(network, address string, o *backend.SocketOptions) (fd int, err error) {
	if o == nil {
		o = &backend.SocketOptions{}
	}
	return anyFamily(network, address, func(network string) (int, error) { return listen(network, address, o) })
}

// anyFamily calls open, which makes a bound socket, with network. If the address is a
// wildcard and this system has no IPv6 it calls open with network's IPv4 kind. The error
// is a *net.OpError.
func anyFamily(network, address string, open func(network string) (int, error)) (fd int, err error) {
	wildcard := (network == "tcp" || network == "udp") && strings.HasPrefix(address, ":")
	fd, err = -1, backend.EAFNOSUPPORT
	if dualStack || !wildcard {
		fd, err = open(network)
	}
	if wildcard && errors.Is(err, backend.EAFNOSUPPORT) {
		fd, err = open(network + "4") // the program did not ask for IPv6
	}
	if err != nil {
		return -1, &net.OpError{Op: "listen", Net: network, Addr: textAddr{network, address}, Err: err}
	}
	return fd, nil
}

func listen(network, address string, o *backend.SocketOptions) (int, error) {
	if err := backend.CheckAddress(network, address); err != nil {
		return -1, err
	}
	fd, err := bindSocket(network, address, o, listenerOptions)
	if err != nil {
		return -1, err
	}
	backlog := o.Backlog
	if backlog <= 0 {
		backlog = defaultBacklog
	}
	if err := os.NewSyscallError("listen", listenOn(fd, narrow(backlog))); err != nil {
		Close(fd)
		return -1, err
	}
	return fd, nil
}

// bound makes a socket and binds it. set gives it the options that its purpose
// needs, unless it is a Unix one, which has none.
func bindSocket(network, address string, o *backend.SocketOptions, set func(fd int, network string, family int) error) (int, error) {
	var a Address
	family, err := EncodeAddress(&a, network, address)
	if err != nil {
		return -1, err
	}
	fd, err := newSocket(network, family, o)
	if err != nil {
		return -1, err
	}
	if family != familyUnix {
		err = set(fd, network, family)
	}
	if err == nil {
		err = bind(fd, &a)
	}
	if err != nil {
		Close(fd)
		return -1, err
	}
	return fd, nil
}

// PrepareConnect makes the socket of a connect, with the options of to, and puts it and
// the address into s. The error is a *net.OpError, and then there is no socket.
func PrepareConnect(to *backend.ConnectArgs, s *backend.OpSys) error {
	fd := -1
	family, err := encodePeer(s.Address(), to.Network, to.Address)
	if err == nil {
		fd, err = newSocket(to.Network, family, to.Socket)
	}
	if err == nil && to.Socket != nil && to.Socket.LocalAddr != "" && to.Network != "unix" {
		err = bindTo(fd, family, to.Network, to.Socket.LocalAddr)
		if err != nil {
			Close(fd)
			fd = -1
		}
	}
	s.Fd = int32(fd)
	if err != nil {
		return ConnectError(to, err)
	}
	return nil
}

// bindTo binds a socket of that family to a local address. A wildcard address becomes
// that of the socket's family.
func bindTo(fd, family int, network, address string) error {
	var a Address
	is, err := EncodeAddress(&a, network, address)
	if err != nil {
		return err
	}
	if is != family {
		ap, err := backend.ParseIP(network, address)
		if err != nil || !ap.Addr().Unmap().IsUnspecified() {
			return &net.AddrError{Err: "not of the same version of IP as the address to connect to", Addr: address}
		}
		ip := netip.IPv6Unspecified()
		if family == familyInet {
			ip = netip.IPv4Unspecified()
		}
		a = Address{}
		_, _ = encodeIP(&a, netip.AddrPortFrom(ip, ap.Port())) // only zones fail
	}
	return bind(fd, &a)
}

// ConnectError is the error of a connect, in the form of package net.
func ConnectError(to *backend.ConnectArgs, err error) error {
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError("connect", errno)
	}
	return &net.OpError{Op: "dial", Net: to.Network, Addr: textAddr{to.Network, to.Address}, Err: err}
}

// OpError is the error of a call on a stream or listener, in the form of package net.
func OpError(call, network string, local, remote net.Addr, errno syscall.Errno) error {
	return &net.OpError{Op: call, Net: network, Source: local, Addr: remote, Err: os.NewSyscallError(call, errno)}
}

// textAddr is an address as the program wrote it.
type textAddr struct{ network, address string }

func (t textAddr) Network() string { return t.network }
func (t textAddr) String() string  { return t.address }
