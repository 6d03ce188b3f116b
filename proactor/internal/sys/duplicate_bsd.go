//go:build unix && !linux

package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// duplicate returns the regular file of old with a descriptor of its own.
func duplicate(old uintptr) (File, error) {
	fd, err := unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return File{}, os.NewSyscallError("fcntl", err)
	}
	flags, err := unix.FcntlInt(old, unix.F_GETFL, 0)
	if err != nil {
		_ = unix.Close(fd)
		return File{}, os.NewSyscallError("fcntl", err)
	}
	return File{os.NewFile(uintptr(fd), "duplicate"), flags&unix.O_APPEND != 0}, nil
}
