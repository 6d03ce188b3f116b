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
func StartTransmit(fd int, s *backend.OpSys, f File, off int64, n int) syscall.Errno {
	overlapped := prepareOverlapped(s)
	s.Overlapped.Offset, s.Overlapped.OffsetHigh = uint32(off), uint32(off>>32)
	ok, _, errno := syscall.SyscallN(procTransmitFile.Addr(), uintptr(fd), f.f.Fd(), uintptr(n), 0, overlapped, 0, 0)
	return outcome(ok != 0, errno)
}
