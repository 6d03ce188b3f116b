//go:build unix

package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// SetBuffers sets the sizes of a socket's buffers in bytes; 0 keeps a size.
func SetBuffers(fd, send, recv int) error {
	if send > 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, narrow(send)); err != nil {
			return os.NewSyscallError("setsockopt SO_SNDBUF", err)
		}
	}
	if recv > 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, narrow(recv)); err != nil {
			return os.NewSyscallError("setsockopt SO_RCVBUF", err)
		}
	}
	return nil
}

// SetBacklog sets the length of a listener's accept queue; 0 keeps it.
func SetBacklog(fd, backlog int) error {
	if backlog <= 0 {
		return nil
	}
	return os.NewSyscallError("listen", unix.Listen(fd, narrow(backlog)))
}
