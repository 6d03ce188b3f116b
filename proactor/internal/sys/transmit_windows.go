package sys

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

var (
	procTransmitFile = windows.NewLazySystemDLL("mswsock.dll").NewProc("TransmitFile")
	procFileSize     = kernel.NewProc("GetFileSizeEx")
)

// StartSendPart begins to write b, a part of what op writes.
func StartSendPart(fd int, op *backend.Op, b []byte) syscall.Errno {
	buf := bufferOf(b)
	failed, _, errno := syscall.SyscallN(procWSASend.Addr(), uintptr(fd), uintptr(unsafe.Pointer(&buf)), 1,
		0, 0, prepareOverlapped(op), 0)
	return outcome(failed == 0, errno)
}

// Size returns the size of f in bytes. Package os would allocate.
func (f File) Size() (int64, error) {
	var n int64
	ok, _, errno := syscall.SyscallN(procFileSize.Addr(), f.f.Fd(), uintptr(unsafe.Pointer(&n)))
	if ok == 0 {
		return 0, os.NewSyscallError("GetFileSizeEx", errno)
	}
	return n, nil
}

// StartTransmit begins to write n bytes of f, from off. The file must stay open until
// that has ended.
func StartTransmit(fd int, op *backend.Op, f File, off int64, n int) syscall.Errno {
	overlapped := prepareOverlapped(op)
	op.Sys.Overlapped.Offset, op.Sys.Overlapped.OffsetHigh = uint32(off), uint32(off>>32)
	ok, _, errno := syscall.SyscallN(procTransmitFile.Addr(), uintptr(fd), f.f.Fd(), uintptr(n), 0, overlapped, 0, 0)
	return outcome(ok != 0, errno)
}
