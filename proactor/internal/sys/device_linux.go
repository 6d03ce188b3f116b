package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// bindToDevice makes a socket use one network interface.
func bindToDevice(fd int, name string) error {
	return os.NewSyscallError("setsockopt SO_BINDTODEVICE", unix.BindToDevice(fd, name))
}
