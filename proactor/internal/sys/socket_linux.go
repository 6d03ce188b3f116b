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

// Connect begins to connect the socket that PrepareConnect made. EINPROGRESS
// says that the socket becomes writable once that has succeeded or failed.
func Connect(op *backend.Op) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_CONNECT, uintptr(op.Sys.Fd), uintptr(unsafe.Pointer(&op.Sys.Addr.Bytes)), uintptr(op.Sys.Addr.Len))
	switch errno {
	case unix.EINTR, unix.EALREADY:
		return unix.EINPROGRESS // it goes on all the same
	case unix.EISCONN:
		return 0
	}
	return errno
}

// Accept takes a connection from a listener's queue, and puts the peer's
// address into from. EAGAIN: there is none. A connection that its peer has
// aborted is passed over.
func Accept(listener int, from *Address) (fd int, errno unix.Errno) {
	for {
		from.Len = uint32(len(from.Bytes))
		n, _, errno := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(listener), uintptr(unsafe.Pointer(&from.Bytes)),
			uintptr(unsafe.Pointer(&from.Len)), unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0, 0)
		if errno != unix.EINTR && errno != unix.ECONNABORTED {
			return int(n), errno
		}
	}
}
