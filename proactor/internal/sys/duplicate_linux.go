package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// duplicate returns the regular file of old with a descriptor of its own.
func duplicate(old uintptr) (File, error) {
	fd, err := unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return File{-1}, os.NewSyscallError("fcntl", err)
	}
	return FileOf(fd)
}
