package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A connect that blocks the thread it is made on, and whose result then comes out
// of the port as if the system had put it there.

// TakeOff makes op's OVERLAPPED ready for Port.Land.
func TakeOff(op *backend.Op) { takeOff(op) }

// ConnectWaiting connects the socket that PrepareConnect made, and leaves the
// result in op.
func ConnectWaiting(op *backend.Op) {
	fd := uintptr(op.Sys.Fd)
	err := block(fd, true)
	if err == nil {
		failed, _, errno := syscall.SyscallN(procConnect.Addr(), fd, uintptr(unsafe.Pointer(&op.Sys.Addr.Bytes)), uintptr(op.Sys.Addr.Len))
		if failed != 0 {
			err = errno
		}
	}
	if e := block(fd, false); err == nil {
		err = e
	}
	op.Sys.Flags = 0
	if errno, ok := err.(syscall.Errno); ok {
		op.Sys.Flags = uint32(errno)
	}
	op.Sys.Overlapped.Internal = uintptr(op.Sys.Flags) // not 0: it has failed
}

// WaitingResult is how ConnectWaiting has failed.
func WaitingResult(op *backend.Op) syscall.Errno { return syscall.Errno(op.Sys.Flags) }

// block says whether calls on a socket without an OVERLAPPED wait.
func block(fd uintptr, wait bool) error {
	var on, returned uint32
	if !wait {
		on = 1
	}
	return windows.WSAIoctl(windows.Handle(fd), fionbio, (*byte)(unsafe.Pointer(&on)), uint32(unsafe.Sizeof(on)), nil, 0, &returned, nil, 0)
}

// Land has op come out of the port. It can fail for want of memory alone, and is
// tried until it does not.
func (p Port) Land(op *backend.Op) {
	for windows.PostQueuedCompletionStatus(p.h, 0, 0, &op.Sys.Overlapped) != nil {
		windows.SleepEx(1, false)
	}
}
