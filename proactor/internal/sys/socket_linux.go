package sys

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

func bind(fd int, a *Address) error {
	_, _, errno := unix.Syscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&a.Bytes)), uintptr(a.Len))
	if errno != 0 {
		return os.NewSyscallError("bind", errno)
	}
	return nil
}

// connectOnce makes the system call.
func connectOnce(s *backend.OpSys) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_CONNECT, uintptr(s.Fd), uintptr(unsafe.Pointer(&s.Addr.Bytes)), uintptr(s.Addr.Len))
	return errno
}

// acceptOnce makes the system call, which does not wait.
func acceptOnce(listener int, from *Address) (fd int, errno unix.Errno) {
	from.Len = uint32(len(from.Bytes))
	n, _, errno := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(listener), uintptr(unsafe.Pointer(&from.Bytes)),
		uintptr(unsafe.Pointer(&from.Len)), unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0, 0)
	return int(n), errno
}
