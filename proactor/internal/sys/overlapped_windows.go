package sys

import (
	"net"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// This file begins calls that the system ends later. A call that returns Pending is in
// flight, and its OpSys comes out of the port. After 0 the call is done and has moved
// Moved bytes.

// Pending means that a call is in flight.
const Pending = windows.ERROR_IO_PENDING

// Other results of such calls.
const (
	Aborted   = windows.ERROR_OPERATION_ABORTED // the call was cancelled
	WouldWait = windows.WSAEWOULDBLOCK          // of calls without an OVERLAPPED
)

// PeerGone reports whether an accept has failed because its peer had gone.
func PeerGone(errno syscall.Errno) bool {
	return errno == windows.ERROR_NETNAME_DELETED || errno == windows.WSAECONNRESET
}

var (
	procResult   = winsock.NewProc("WSAGetOverlappedResult")
	procAcceptEx = windows.NewLazySystemDLL("mswsock.dll").NewProc("AcceptEx")
)

// prepareOverlapped makes the OVERLAPPED of s ready and returns its address.
func prepareOverlapped(s *backend.OpSys) uintptr {
	s.Overlapped = windows.Overlapped{}
	return uintptr(unsafe.Pointer(&s.Overlapped))
}

// Moved returns how many bytes a call that was done at once has moved.
func Moved(s *backend.OpSys) int { return int(s.Overlapped.InternalHigh) }

// buffers returns b, or else vec, as a list of buffers. The system copies the list, but
// not the buffers.
func buffers(s *backend.OpSys, b []byte, vec [][]byte, one *windows.WSABuf) (first *windows.WSABuf, n int) {
	if vec == nil {
		*one = bufferOf(b)
		return one, 1
	}
	v := s.Vector()
	x := Vector{bufs: v.Bufs[:0]}
	x.Set(vec)
	v.Bufs = x.bufs
	return unsafe.SliceData(v.Bufs), len(v.Bufs)
}

// StartRecv begins to read into b, or into vec if that is not nil. There is room for a
// byte at least.
func StartRecv(fd int, s *backend.OpSys, b []byte, vec [][]byte) syscall.Errno {
	var one windows.WSABuf
	bufs, n := buffers(s, b, vec, &one)
	s.Flags = 0
	failed, _, errno := syscall.SyscallN(procWSARecv.Addr(), uintptr(fd), uintptr(unsafe.Pointer(bufs)), uintptr(n),
		0, uintptr(unsafe.Pointer(&s.Flags)), prepareOverlapped(s), 0)
	return outcome(failed == 0, errno)
}

// StartAwait begins to wait for bytes or the end of the stream, and leaves the bytes in
// the stream: it is a read of no bytes.
func StartAwait(fd int, s *backend.OpSys) syscall.Errno {
	var none windows.WSABuf
	s.Flags = 0
	failed, _, errno := syscall.SyscallN(procWSARecv.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&none)), 1,
		0, uintptr(unsafe.Pointer(&s.Flags)), prepareOverlapped(s), 0)
	return outcome(failed == 0, errno)
}

// StartSend begins to write from b, or from vec if that is not nil: one byte at least.
func StartSend(fd int, s *backend.OpSys, b []byte, vec [][]byte) syscall.Errno {
	var one windows.WSABuf
	bufs, n := buffers(s, b, vec, &one)
	failed, _, errno := syscall.SyscallN(procWSASend.Addr(), uintptr(fd), uintptr(unsafe.Pointer(bufs)), uintptr(n),
		0, 0, prepareOverlapped(s), 0)
	return outcome(failed == 0, errno)
}

func outcome(ok bool, errno syscall.Errno) syscall.Errno {
	if ok {
		return 0
	}
	return errno
}

// PrepareAccept makes the socket that becomes the next connection of a listener with
// address local, and puts it into s.Fd.
func PrepareAccept(s *backend.OpSys, local net.Addr, o *backend.SocketOptions) error {
	family := familyInet6
	switch a := local.(type) {
	case *net.TCPAddr:
		if a.IP.To4() != nil {
			family = familyInet
		}
	case *net.UnixAddr:
		family = familyUnix
	}
	fd, err := newSocket("", family, o)
	s.Fd = int32(fd)
	return err
}

// StartAccept begins to accept a connection with the socket of PrepareAccept.
func StartAccept(listener int, s *backend.OpSys) syscall.Errno {
	room := &s.Address().Bytes
	ok, _, errno := syscall.SyscallN(procAcceptEx.Addr(), uintptr(listener), uintptr(s.Fd), uintptr(unsafe.Pointer(room)),
		0, uintptr(len(room)/2), uintptr(len(room)/2), uintptr(unsafe.Pointer(&s.Flags)), prepareOverlapped(s))
	return outcome(ok != 0, errno)
}

// Accepted completes the setup of a socket that was accepted.
func Accepted(fd, listener int) error {
	l := windows.Handle(listener)
	return os.NewSyscallError("setsockopt SO_UPDATE_ACCEPT_CONTEXT", windows.Setsockopt(windows.Handle(fd), windows.SOL_SOCKET,
		windows.SO_UPDATE_ACCEPT_CONTEXT, (*byte)(unsafe.Pointer(&l)), int32(unsafe.Sizeof(l))))
}

// connectEx returns the address of ConnectEx, which winsock does not export.
var connectEx = sync.OnceValues(func() (uintptr, error) {
	s, err := windows.Socket(windows.AF_INET, windows.SOCK_STREAM, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	defer Close(int(s))
	var at uintptr
	var n uint32
	err = windows.WSAIoctl(s, windows.SIO_GET_EXTENSION_FUNCTION_POINTER, (*byte)(unsafe.Pointer(&windows.WSAID_CONNECTEX)),
		uint32(unsafe.Sizeof(windows.WSAID_CONNECTEX)), (*byte)(unsafe.Pointer(&at)), uint32(unsafe.Sizeof(at)), &n, nil, 0)
	return at, os.NewSyscallError("WSAIoctl ConnectEx", err)
})

// StartConnect begins to connect the socket that PrepareConnect made.
func StartConnect(s *backend.OpSys) syscall.Errno {
	call, err := connectEx()
	if err != nil {
		return windows.WSAEOPNOTSUPP
	}
	ok, _, errno := syscall.SyscallN(call, uintptr(s.Fd), uintptr(unsafe.Pointer(&s.Addr.Bytes)),
		uintptr(s.Addr.Len), 0, 0, 0, prepareOverlapped(s))
	return outcome(ok != 0, errno)
}

// BindAnywhere binds the socket of a connect to any address, as ConnectEx requires,
// unless it is bound.
func BindAnywhere(to *backend.ConnectArgs, s *backend.OpSys) error {
	if backend.IsUnix(to.Network) || to.Socket != nil && to.Socket.LocalAddr != "" {
		return nil
	}
	a := &Address{Len: s.Addr.Len}
	setFamily(a, familyOf(s.Addr))
	return bind(int(s.Fd), a)
}

// Connected completes the setup of a socket that was connected.
func Connected(fd int) error {
	return os.NewSyscallError("setsockopt SO_UPDATE_CONNECT_CONTEXT",
		windows.Setsockopt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_UPDATE_CONNECT_CONTEXT, nil, 0))
}

// CancelIO asks the system to end a call in flight early. It comes out of the port
// in any case.
func CancelIO(fd int, s *backend.OpSys) {
	_ = windows.CancelIoEx(windows.Handle(fd), &s.Overlapped) // not found: it has ended
}

// Result returns how a failed call on a socket ended.
func Result(fd int, s *backend.OpSys) (int, syscall.Errno) {
	var n, flags uint32
	ok, _, errno := syscall.SyscallN(procResult.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&s.Overlapped)),
		uintptr(unsafe.Pointer(&n)), 0, uintptr(unsafe.Pointer(&flags)))
	return int(n), outcome(ok != 0, errno)
}
