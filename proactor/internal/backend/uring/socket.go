//go:build linux

package uring

import (
	"net"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

func recv(fd int, p []byte) (int, unix.Errno) {
	for {
		var n uintptr
		var e unix.Errno
		if len(p) <= quickCopy {
			n, _, e = unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), 0, 0, 0)
		} else {
			n, _, e = unix.Syscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), 0, 0, 0)
		}
		if e != unix.EINTR {
			return int(n), e
		}
	}
}

func send(fd int, p []byte) (int, unix.Errno) {
	for {
		var n uintptr
		var e unix.Errno
		if len(p) <= quickCopy {
			n, _, e = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0)
		} else {
			n, _, e = unix.Syscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0)
		}
		if e != unix.EINTR {
			return int(n), e
		}
	}
}

func sendv(fd int, v [][]byte) (int, unix.Errno) {
	n, err := unix.SendmsgBuffers(fd, v, nil, nil, unix.MSG_NOSIGNAL)
	if err != nil {
		return 0, err.(unix.Errno)
	}
	return n, 0
}

func sockaddr(network, address string) (int, unix.Sockaddr, error) {
	if network == "unix" {
		return unix.AF_UNIX, &unix.SockaddrUnix{Name: address}, nil
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return 0, nil, err
	}
	if ap.Addr().Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}, nil
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: int(ap.Port()), Addr: ap.Addr().As16()}, nil
}

func socket(family int) (int, error) {
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err == nil && family != unix.AF_UNIX {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	return fd, err
}

func newSocket(op *backend.Op) error {
	family, sa, err := sockaddr(op.Network, op.Address)
	if err != nil {
		return err
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		raw := (*unix.RawSockaddrInet4)(unsafe.Pointer(&op.Sys.Addr))
		*raw = unix.RawSockaddrInet4{Family: unix.AF_INET, Port: uint16(sa.Port)<<8 | uint16(sa.Port)>>8, Addr: sa.Addr}
		op.Sys.Len = unix.SizeofSockaddrInet4
	case *unix.SockaddrInet6:
		raw := (*unix.RawSockaddrInet6)(unsafe.Pointer(&op.Sys.Addr))
		*raw = unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: uint16(sa.Port)<<8 | uint16(sa.Port)>>8, Addr: sa.Addr}
		op.Sys.Len = unix.SizeofSockaddrInet6
	case *unix.SockaddrUnix:
		raw := (*unix.RawSockaddrUnix)(unsafe.Pointer(&op.Sys.Addr))
		*raw = unix.RawSockaddrUnix{Family: unix.AF_UNIX}
		for i := range len(sa.Name) {
			raw.Path[i] = int8(sa.Name[i])
		}
		op.Sys.Len = uint32(2 + len(sa.Name) + 1)
	}
	op.Sys.Fd, err = socket(family)
	return err
}

func connectError(op *backend.Op, err error) error {
	return &net.OpError{Op: "dial", Net: op.Network, Err: os.NewSyscallError("connect", err)}
}

func listen(network, address string, o *backend.SocketOptions) (int, error) {
	family, sa, err := sockaddr(network, address)
	if err != nil {
		return -1, err
	}
	fd, err := socket(family)
	if err != nil {
		return -1, err
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err = unix.Bind(fd, sa); err == nil {
		err = unix.Listen(fd, 128)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func addresses(fd int) (local, remote net.Addr) {
	l, _ := unix.Getsockname(fd)
	r, _ := unix.Getpeername(fd)
	return addr(l), addr(r)
}

func addr(sa unix.Sockaddr) net.Addr {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return &net.TCPAddr{IP: sa.Addr[:], Port: sa.Port}
	case *unix.SockaddrInet6:
		return &net.TCPAddr{IP: sa.Addr[:], Port: sa.Port}
	case *unix.SockaddrUnix:
		return &net.UnixAddr{Net: "unix", Name: sa.Name}
	}
	return nil
}
