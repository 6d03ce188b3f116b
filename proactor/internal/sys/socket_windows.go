package sys

import (
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

var procBind = winsock.NewProc("bind")

// startWinsock has to come before any other call on sockets. Package net does
// it too, when it is used first; the system counts.
var startWinsock = sync.OnceValue(func() error {
	return os.NewSyscallError("WSAStartup", windows.WSAStartup(0x202, new(windows.WSAData)))
})

// newSocket makes a socket with the options that those that listen and those that
// connect have. Datagrams may be sent to everybody, as with package net. Calls with
// an OVERLAPPED wait in the system, those without return at once.
func newSocket(network string, family int, o *backend.SocketOptions) (int, error) {
	kind := int32(windows.SOCK_STREAM)
	if backend.IsDatagram(network) {
		kind = windows.SOCK_DGRAM
	}
	s, err := windows.WSASocket(int32(family), kind, 0, nil, 0,
		windows.WSA_FLAG_OVERLAPPED|windows.WSA_FLAG_NO_HANDLE_INHERIT)
	if err != nil {
		return -1, os.NewSyscallError("WSASocket", err)
	}
	fd := int(s)
	err = os.NewSyscallError("WSAIoctl FIONBIO", NeverBlock(fd))
	if err == nil && kind == windows.SOCK_DGRAM {
		quietUDP(fd)
		err = os.NewSyscallError("setsockopt SO_BROADCAST",
			windows.SetsockoptInt(s, windows.SOL_SOCKET, windows.SO_BROADCAST, 1))
	} else if err == nil && family != familyUnix {
		err = os.NewSyscallError("setsockopt TCP_NODELAY",
			windows.SetsockoptInt(s, windows.IPPROTO_TCP, windows.TCP_NODELAY, 1))
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

// listenerOptions sets what a listener needs. A restarted program may bind its
// port again without an option: SO_REUSEADDR would allow more than that here,
// namely to take the port from a program that runs.
func listenerOptions(fd int, network string, family int) error {
	return bothFamilies(fd, network, family)
}

// bothFamilies makes an IPv6 socket take IPv4 as well, unless network says
// otherwise.
func bothFamilies(fd int, network string, family int) error {
	if family != familyInet6 {
		return nil
	}
	only := 0
	if network == "tcp6" || network == "udp6" {
		only = 1
	}
	return os.NewSyscallError("setsockopt IPV6_V6ONLY",
		windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IPV6, windows.IPV6_V6ONLY, only))
}

func bind(fd int, a *Address) error {
	failed, _, errno := syscall.SyscallN(procBind.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&a.Bytes)), uintptr(a.Len))
	if failed != 0 {
		return os.NewSyscallError("bind", errno)
	}
	return nil
}

func listenOn(fd, backlog int) error { return windows.Listen(windows.Handle(fd), backlog) }

// abortOnClose has the socket closed with a reset: it leaves nothing behind that
// would keep others from its address.
func abortOnClose(fd int) {
	// Without it, they wait.
	_ = windows.SetsockoptLinger(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_LINGER, &windows.Linger{Onoff: 1})
}

// Close gives a socket back. What is in flight on it is cancelled, and comes
// out of the port all the same.
func Close(fd int) { _ = windows.Closesocket(windows.Handle(fd)) } // there is nothing to be done about an error

// Shutdown closes a socket's two directions, so that the peer is told, and leaves
// the socket.
func Shutdown(fd int) { _ = windows.Shutdown(windows.Handle(fd), windows.SHUT_RDWR) }

// ShutdownWrite closes the outgoing direction.
func ShutdownWrite(fd int) { _ = windows.Shutdown(windows.Handle(fd), windows.SHUT_WR) }
