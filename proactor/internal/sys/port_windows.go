package sys

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

var (
	kernel        = windows.NewLazySystemDLL("kernel32.dll")
	procGetStatus = kernel.NewProc("GetQueuedCompletionStatusEx")
)

// Port is a completion port: a queue of the calls that the system has finished.
//
// The system knows a call in flight by the address of its OVERLAPPED, the first field of
// an OpSys. So the OpSys, and the memory that the call names, must stay reachable for the
// garbage collector until it has come out of the port.
type Port struct {
	h windows.Handle
}

// NewPort makes a port. The error says what failed.
func NewPort() (Port, error) {
	if err := startWinsock(); err != nil {
		return Port{}, err
	}
	if err := procGetStatus.Find(); err != nil {
		return Port{}, err
	}
	h, err := windows.CreateIoCompletionPort(windows.InvalidHandle, 0, 0, 1)
	if err != nil {
		return Port{}, os.NewSyscallError("CreateIoCompletionPort", err)
	}
	return Port{h}, nil
}

// Add adds a socket or file to the port, for good. An operation that completes at once
// does not come out of the port: the caller handles it.
func (p Port) Add(fd int) error {
	if _, err := windows.CreateIoCompletionPort(windows.Handle(fd), p.h, 0, 0); err != nil {
		return os.NewSyscallError("CreateIoCompletionPort", err)
	}
	return os.NewSyscallError("SetFileCompletionNotificationModes", windows.SetFileCompletionNotificationModes(
		windows.Handle(fd), windows.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS|windows.FILE_SKIP_SET_EVENT_ON_HANDLE))
}

// Replace moves a socket from another port to this one. Windows can do so since version
// 8.1.
func (p Port) Replace(fd int) error {
	to := struct {
		port windows.Handle
		key  uintptr
	}{p.h, 0}
	err := windows.NtSetInformationFile(windows.Handle(fd), new(windows.IO_STATUS_BLOCK), (*byte)(unsafe.Pointer(&to)),
		uint32(unsafe.Sizeof(to)), windows.FileReplaceCompletionInformation)
	if err != nil {
		return fmt.Errorf("this system cannot give a socket another completion port (%v): %w", err, errors.ErrUnsupported)
	}
	return nil
}

// PortBuffer is the buffer into which the system writes finished operations. It holds
// the addresses as numbers: once an operation is handled its memory may be reused.
type PortBuffer [64]struct {
	key        uintptr
	overlapped uintptr
	internal   uintptr
	moved      uint32
}

// Done returns the OpSys of entry i, the bytes that the call has moved, and whether it has
// failed; Result says how. It is nil if entry i comes from Post.
func (b *PortBuffer) Done(i int) (s *backend.OpSys, moved int, failed bool) {
	e := &b[i]
	if e.overlapped == 0 {
		return nil, 0, false
	}
	s = *(**backend.OpSys)(unsafe.Pointer(&e.overlapped))
	return s, int(e.moved), s.Overlapped.Internal != 0
}

// Wait fills b with finished operations and returns how many entries that is. If there are
// none it waits forever, or not at all. It blocks its thread.
func (p Port) Wait(b *PortBuffer, forever bool) int {
	var n, timeout uint32
	if forever {
		timeout = windows.INFINITE
	}
	ok, _, _ := syscall.SyscallN(procGetStatus.Addr(), uintptr(p.h), uintptr(unsafe.Pointer(b)), uintptr(len(b)),
		uintptr(unsafe.Pointer(&n)), uintptr(timeout), 0)
	if ok == 0 {
		return 0 // there is nothing
	}
	return int(n)
}

// Post ends a Wait.
func (p Port) Post() { _ = windows.PostQueuedCompletionStatus(p.h, 0, 0, nil) } // fails only if memory is short

// Close closes the port. Nothing may be in flight.
func (p Port) Close() error { return os.NewSyscallError("CloseHandle", windows.CloseHandle(p.h)) }
