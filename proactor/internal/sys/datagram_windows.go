package sys

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

var (
	procWSARecvFrom = winsock.NewProc("WSARecvFrom")
	procWSASendTo   = winsock.NewProc("WSASendTo")
	procConnect     = winsock.NewProc("connect")
)

// reusePort lets several sockets of datagrams use one port.
func reusePort(fd int) error {
	return os.NewSyscallError("setsockopt SO_REUSEADDR", windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_REUSEADDR, 1))
}

// ignoreUnreachable keeps receives of an unconnected socket from failing because the
// receiver of an earlier datagram was not there. Some systems lack the options.
func ignoreUnreachable(fd int) {
	var off, returned uint32
	for _, option := range []uint32{windows.SIO_UDP_CONNRESET, windows.SIO_UDP_NETRESET} {
		_ = windows.WSAIoctl(windows.Handle(fd), option, (*byte)(unsafe.Pointer(&off)), uint32(unsafe.Sizeof(off)), nil, 0, &returned, nil, 0)
	}
}

// TooLong is the error of a receive whose datagram was cut.
const TooLong = windows.WSAEMSGSIZE

// PacketFamily returns the address family of a bound socket of datagrams.
func PacketFamily(fd int) uint16 {
	a := &Address{Len: uint32(len(Address{}.Bytes))}
	failed, _, _ := syscall.SyscallN(procGetsockname.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&a.Bytes)), uintptr(unsafe.Pointer(&a.Len)))
	if failed != 0 {
		return 0
	}
	return familyOf(a)
}

// ConnectPacket sets the peer of the socket of datagrams that PrepareConnect made. It
// sends nothing, and so does not wait.
func ConnectPacket(s *backend.OpSys) error {
	failed, _, errno := syscall.SyscallN(procConnect.Addr(), uintptr(s.Fd), uintptr(unsafe.Pointer(&s.Addr.Bytes)), uintptr(s.Addr.Len))
	if failed != 0 {
		return os.NewSyscallError("connect", errno)
	}
	return nil
}

// StartRecvFrom begins to receive a datagram into b. Its source will be in the address of s.
func StartRecvFrom(fd int, s *backend.OpSys, b []byte) syscall.Errno {
	buf, from := bufferOf(b), s.Address()
	from.Len, s.Flags = uint32(len(from.Bytes)), 0
	failed, _, errno := syscall.SyscallN(procWSARecvFrom.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&buf)), 1, 0,
		uintptr(unsafe.Pointer(&s.Flags)), uintptr(unsafe.Pointer(&from.Bytes)), uintptr(unsafe.Pointer(&from.Len)), prepareOverlapped(s), 0)
	return outcome(failed == 0, errno)
}

// StartSendTo begins to send b as a datagram to the address of s, or to the peer of a
// connected socket.
func StartSendTo(fd int, s *backend.OpSys, b []byte, connected bool) syscall.Errno {
	buf := bufferOf(b)
	var to, size uintptr
	if !connected {
		to, size = uintptr(unsafe.Pointer(&s.Addr.Bytes)), uintptr(s.Addr.Len)
	}
	failed, _, errno := syscall.SyscallN(procWSASendTo.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&buf)), 1, 0, 0,
		to, size, prepareOverlapped(s), 0)
	return outcome(failed == 0, errno)
}
