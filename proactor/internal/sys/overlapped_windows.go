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

// This file puts operations into flight. A call that returns Pending has done so, and the
// operation comes out of the port. After 0 the operation is done and has moved Moved(op)
// bytes.

// Pending means that an operation is in flight.
const Pending = windows.ERROR_IO_PENDING

// Other results of such calls.
const (
	Aborted   = windows.ERROR_OPERATION_ABORTED // the operation was cancelled
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

// prepareOverlapped makes op's OVERLAPPED ready and returns its address.
func prepareOverlapped(op *backend.Op) uintptr {
	op.Sys.Op = op
	op.Sys.Overlapped = windows.Overlapped{}
	return uintptr(unsafe.Pointer(&op.Sys.Overlapped))
}

// Moved returns how many bytes an operation that was done at once has moved.
func Moved(op *backend.Op) int { return int(op.Sys.Overlapped.InternalHigh) }

// buffers returns the list of buffers that op reads into or writes from. The system
// copies the list, but not the buffers.
func buffers(op *backend.Op, one *windows.WSABuf) (first *windows.WSABuf, n int) {
	if op.Kind == backend.KindRead || op.Kind == backend.KindWrite {
		*one = bufferOf(op.Buf)
		return one, 1
	}
	v := op.Sys.Vector()
	x := Vector{bufs: v.Bufs[:0]}
	x.Set(op.Vec)
	v.Bufs = x.bufs
	return unsafe.SliceData(v.Bufs), len(v.Bufs)
}

// StartRecv begins to read into op's buffers, which are not empty.
func StartRecv(fd int, op *backend.Op) syscall.Errno {
	var one windows.WSABuf
	bufs, n := buffers(op, &one)
	op.Sys.Flags = 0
	failed, _, errno := syscall.SyscallN(procWSARecv.Addr(), uintptr(fd), uintptr(unsafe.Pointer(bufs)), uintptr(n),
		0, uintptr(unsafe.Pointer(&op.Sys.Flags)), prepareOverlapped(op), 0)
	return outcome(failed == 0, errno)
}

// StartAwait begins to wait for bytes or the end of the stream, and leaves the bytes in
// the stream: it is a read of no bytes.
func StartAwait(fd int, op *backend.Op) syscall.Errno {
	var none windows.WSABuf
	op.Sys.Flags = 0
	failed, _, errno := syscall.SyscallN(procWSARecv.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&none)), 1,
		0, uintptr(unsafe.Pointer(&op.Sys.Flags)), prepareOverlapped(op), 0)
	return outcome(failed == 0, errno)
}

// StartSend begins to write from op's buffers, which are not empty.
func StartSend(fd int, op *backend.Op) syscall.Errno {
	var one windows.WSABuf
	bufs, n := buffers(op, &one)
	failed, _, errno := syscall.SyscallN(procWSASend.Addr(), uintptr(fd), uintptr(unsafe.Pointer(bufs)), uintptr(n),
		0, 0, prepareOverlapped(op), 0)
	return outcome(failed == 0, errno)
}

func outcome(ok bool, errno syscall.Errno) syscall.Errno {
	if ok {
		return 0
	}
	return errno
}

// PrepareAccept makes the socket that becomes the next connection of a listener with
// address local, and puts it into op.Sys.Fd.
func PrepareAccept(op *backend.Op, local net.Addr, o *backend.SocketOptions) error {
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
	op.Sys.Fd = int32(fd)
	return err
}

// StartAccept begins to accept a connection with the socket of PrepareAccept.
func StartAccept(listener int, op *backend.Op) syscall.Errno {
	room := &op.Sys.Address().Bytes
	ok, _, errno := syscall.SyscallN(procAcceptEx.Addr(), uintptr(listener), uintptr(op.Sys.Fd), uintptr(unsafe.Pointer(room)),
		0, uintptr(len(room)/2), uintptr(len(room)/2), uintptr(unsafe.Pointer(&op.Sys.Flags)), prepareOverlapped(op))
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
func StartConnect(op *backend.Op) syscall.Errno {
	call, err := connectEx()
	if err != nil {
		return windows.WSAEOPNOTSUPP
	}
	ok, _, errno := syscall.SyscallN(call, uintptr(op.Sys.Fd), uintptr(unsafe.Pointer(&op.Sys.Addr.Bytes)),
		uintptr(op.Sys.Addr.Len), 0, 0, 0, prepareOverlapped(op))
	return outcome(ok != 0, errno)
}

// BindAnywhere binds the socket of a connect to any address, as ConnectEx requires,
// unless it is bound.
func BindAnywhere(op *backend.Op) error {
	to := op.Connect()
	if backend.IsUnix(to.Network) || to.Socket != nil && to.Socket.LocalAddr != "" {
		return nil
	}
	a := &Address{Len: op.Sys.Addr.Len}
	setFamily(a, familyOf(op.Sys.Addr))
	return bind(int(op.Sys.Fd), a)
}

// Connected completes the setup of a socket that was connected.
func Connected(fd int) error {
	return os.NewSyscallError("setsockopt SO_UPDATE_CONNECT_CONTEXT",
		windows.Setsockopt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_UPDATE_CONNECT_CONTEXT, nil, 0))
}

// CancelIO asks the system to end an operation in flight early. It comes out of the port
// in any case.
func CancelIO(fd int, op *backend.Op) {
	_ = windows.CancelIoEx(windows.Handle(fd), &op.Sys.Overlapped) // not found: it has ended
}

// Result returns how a failed operation on a socket ended.
func Result(fd int, op *backend.Op) (int, syscall.Errno) {
	var n, flags uint32
	ok, _, errno := syscall.SyscallN(procResult.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&op.Sys.Overlapped)),
		uintptr(unsafe.Pointer(&n)), 0, uintptr(unsafe.Pointer(&flags)))
	return int(n), outcome(ok != 0, errno)
}
