package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// This file connects a socket with a call that blocks its thread. The result then comes
// out of the port as if the system had put it there.

// PrepareOverlapped makes the OVERLAPPED of s ready for Port.Complete.
func PrepareOverlapped(s *backend.OpSys) { prepareOverlapped(s) }

// ConnectBlocking connects the socket that PrepareConnect made, and leaves the
// result in s.
func ConnectBlocking(s *backend.OpSys) {
	fd := uintptr(s.Fd)
	err := setBlocking(fd, true)
	if err == nil {
		failed, _, errno := syscall.SyscallN(procConnect.Addr(), fd, uintptr(unsafe.Pointer(&s.Addr.Bytes)), uintptr(s.Addr.Len))
		if failed != 0 {
			err = errno
		}
	}
	if e := setBlocking(fd, false); err == nil {
		err = e
	}
	s.Flags = 0
	if errno, ok := err.(syscall.Errno); ok {
		s.Flags = uint32(errno)
	}
	s.Overlapped.Internal = uintptr(s.Flags) // 0 means success
}

// BlockingConnectResult returns the error of ConnectBlocking.
func BlockingConnectResult(s *backend.OpSys) syscall.Errno { return syscall.Errno(s.Flags) }

// setBlocking sets whether calls on a socket without an OVERLAPPED wait.
func setBlocking(fd uintptr, wait bool) error {
	var on, returned uint32
	if !wait {
		on = 1
	}
	return windows.WSAIoctl(windows.Handle(fd), fionbio, (*byte)(unsafe.Pointer(&on)), uint32(unsafe.Sizeof(on)), nil, 0, &returned, nil, 0)
}

// Complete makes s come out of the port. It can fail only when memory is short, and is
// then tried again.
func (p Port) Complete(s *backend.OpSys) {
	for windows.PostQueuedCompletionStatus(p.h, 0, 0, &s.Overlapped) != nil {
		windows.SleepEx(1, false)
	}
}
