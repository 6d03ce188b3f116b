package sys

import (
	"errors"
	"net"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// defaultBacklog is the length of an accept queue that nobody chose.
const defaultBacklog = 128

// Listen makes a listening socket, non-blocking. The error is a *net.OpError.
//
// Accepted sockets inherit TCP_NODELAY and the buffer sizes from it, so that an
// accept needs no further system calls.
func Listen(network, address string, o *backend.SocketOptions) (fd int, err error) {
	if o == nil {
		o = &backend.SocketOptions{}
	}
	fd, err = listen(network, address, o)
	if errors.Is(err, unix.EAFNOSUPPORT) && network == "tcp" && strings.HasPrefix(address, ":") {
		fd, err = listen("tcp4", address, o) // this system has no IPv6, and nobody insisted
	}
	if err != nil {
		return -1, &net.OpError{Op: "listen", Net: network, Addr: text{network, address}, Err: err}
	}
	return fd, nil
}

func listen(network, address string, o *backend.SocketOptions) (int, error) {
	var a Address
	family, err := EncodeAddress(&a, network, address)
	if err != nil {
		return -1, err
	}
	fd, err := newSocket(family, o)
	if err != nil {
		return -1, err
	}
	if family != unix.AF_UNIX {
		err = listenerOptions(fd, network, family)
	}
	if err == nil {
		err = bind(fd, &a)
	}
	if err == nil {
		backlog := o.Backlog
		if backlog <= 0 {
			backlog = defaultBacklog
		}
		err = os.NewSyscallError("listen", unix.Listen(fd, backlog))
	}
	if err != nil {
		Close(fd)
		return -1, err
	}
	return fd, nil
}

// newSocket makes a stream socket with the options that both kinds of sockets
// have.
func newSocket(family int, o *backend.SocketOptions) (int, error) {
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if family != unix.AF_UNIX {
		err = os.NewSyscallError("setsockopt TCP_NODELAY", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	}
	if err == nil && o != nil {
		err = SetBuffers(fd, o.SendBuffer, o.RecvBuffer)
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
	if family != unix.AF_INET6 {
		return nil
	}
	only := 0
	if network == "tcp6" {
		only = 1
	}
	return os.NewSyscallError("setsockopt IPV6_V6ONLY", unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only))
}

func bind(fd int, a *Address) error {
	_, _, errno := unix.Syscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&a.Bytes)), uintptr(a.Len))
	if errno != 0 {
		return os.NewSyscallError("bind", errno)
	}
	return nil
}

// PrepareConnect makes the socket of a connect, with op's options, and puts it
// and the address into op.Sys. The error is a *net.OpError,
// and then there is no socket.
func PrepareConnect(op *backend.Op) error {
	to, fd := op.Connect(), -1
	family, err := EncodeAddress(op.Sys.Address(), to.Network, to.Address)
	if err == nil {
		fd, err = newSocket(family, to.Socket)
	}
	if err == nil && to.Socket != nil && to.Socket.LocalAddr != "" {
		err = bindTo(fd, to.Network, to.Socket.LocalAddr)
		if err != nil {
			Close(fd)
		}
	}
	op.Sys.Fd = int32(fd)
	if err != nil {
		return ConnectError(op, err)
	}
	return nil
}

func bindTo(fd int, network, address string) error {
	var a Address
	_, err := EncodeAddress(&a, network, address)
	if err != nil {
		return err
	}
	return bind(fd, &a)
}

// Connect begins to connect the socket that PrepareConnect made. EINPROGRESS
// says that the socket becomes writable once that has succeeded or failed.
func Connect(op *backend.Op) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_CONNECT, uintptr(op.Sys.Fd), uintptr(unsafe.Pointer(&op.Sys.Addr.Bytes)), uintptr(op.Sys.Addr.Len))
	switch errno {
	case unix.EINTR, unix.EALREADY:
		return unix.EINPROGRESS // it goes on all the same
	case unix.EISCONN:
		return 0
	}
	return errno
}

// Connected says how a connect that was in progress ended: EINPROGRESS if it
// has not.
func Connected(fd int) unix.Errno {
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	switch {
	case err != nil:
		return err.(unix.Errno)
	case code != 0:
		return unix.Errno(code)
	}
	if _, err := unix.Getpeername(fd); err == unix.ENOTCONN {
		return unix.EINPROGRESS
	}
	return 0
}

// ConnectError is what went wrong with a connect, as package net would say it.
func ConnectError(op *backend.Op, err error) error {
	if errno, ok := err.(unix.Errno); ok {
		err = os.NewSyscallError("connect", errno)
	}
	to := op.Connect()
	return &net.OpError{Op: "dial", Net: to.Network, Addr: text{to.Network, to.Address}, Err: err}
}

// Accept takes a connection from a listener's queue, and puts the peer's
// address into from. EAGAIN: there is none. A connection that its peer has
// aborted is passed over.
func Accept(listener int, from *Address) (fd int, errno unix.Errno) {
	for {
		from.Len = uint32(len(from.Bytes))
		n, _, errno := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(listener), uintptr(unsafe.Pointer(&from.Bytes)),
			uintptr(unsafe.Pointer(&from.Len)), unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0, 0)
		if errno != unix.EINTR && errno != unix.ECONNABORTED {
			return int(n), errno
		}
	}
}

// Close gives a descriptor back.
func Close(fd int) { _ = unix.Close(fd) } // there is nothing to be done about an error

// Shutdown closes a socket's two directions, so that whoever waits in it is
// told, and leaves the descriptor.
func Shutdown(fd int) { _ = unix.Shutdown(fd, unix.SHUT_RDWR) }

// ShutdownWrite closes the outgoing direction.
func ShutdownWrite(fd int) { _ = unix.Shutdown(fd, unix.SHUT_WR) }

// RemovePath removes the file of a listening unix socket; addr is its local
// address. Abstract names and other networks have none.
func RemovePath(addr net.Addr) {
	if a, ok := addr.(*net.UnixAddr); ok && a.Name != "" && a.Name[0] != '@' {
		_ = unix.Unlink(a.Name) // gone already: just as well
	}
}

// text is an address that was asked for, as it was written.
type text struct{ network, address string }

func (t text) Network() string { return t.network }
func (t text) String() string  { return t.address }
