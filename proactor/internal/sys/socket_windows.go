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

// startWinsock must precede all other calls on sockets. Package net does the same; the
// system counts the calls.
var startWinsock = sync.OnceValue(func() error {
	return os.NewSyscallError("WSAStartup", windows.WSAStartup(0x202, new(windows.WSAData)))
})

// newSocket makes a socket with the options of both listeners and connects. Datagrams
// may be broadcast, as with package net. Calls with an OVERLAPPED wait in the system,
// those without return at once.
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
		ignoreUnreachable(fd)
		err = os.NewSyscallError("setsockopt SO_BROADCAST",
			windows.SetsockoptInt(s, windows.SOL_SOCKET, windows.SO_BROADCAST, 1))
	} else if err == nil && family != familyUnix {
		err = os.NewSyscallError("setsockopt TCP_NODELAY",
			windows.SetsockoptInt(s, windows.IPPROTO_TCP, windows.TCP_NODELAY, 1))
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

// listenerOptions sets the options of a listener. A restarted program can bind its port
// again without an option. SO_REUSEADDR would allow too much on this system: to take the
// port from a program that runs.
func listenerOptions(fd int, network string, family int) error {
	return bothFamilies(fd, network, family)
}

// bothFamilies makes an IPv6 socket take IPv4 as well, unless network excludes that.
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

// abortOnClose makes Close reset the connection, so that nothing remains that would keep
// other sockets from its address.
func abortOnClose(fd int) {
	// If it fails, they wait for the address.
	_ = windows.SetsockoptLinger(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_LINGER, &windows.Linger{Onoff: 1})
}

// Close closes a socket. Operations in flight are cancelled, and still come out of the
// port.
func Close(fd int) { _ = windows.Closesocket(windows.Handle(fd)) } // it is closed also after an error

// Shutdown closes both directions of a socket, so that the peer notices, and keeps the
// socket.
func Shutdown(fd int) { _ = windows.Shutdown(windows.Handle(fd), windows.SHUT_RDWR) }

// ShutdownWrite closes the outgoing direction.
func ShutdownWrite(fd int) { _ = windows.Shutdown(windows.Handle(fd), windows.SHUT_WR) }
