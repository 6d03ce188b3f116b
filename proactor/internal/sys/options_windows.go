package sys

import (
	"os"

	"golang.org/x/sys/windows"
)

// SetBuffers sets the sizes of a socket's buffers in bytes; 0 keeps a size.
func SetBuffers(fd, send, recv int) error {
	if send > 0 {
		err := windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_SNDBUF, narrow(send))
		if err != nil {
			return os.NewSyscallError("setsockopt SO_SNDBUF", err)
		}
	}
	if recv > 0 {
		err := windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_RCVBUF, narrow(recv))
		if err != nil {
			return os.NewSyscallError("setsockopt SO_RCVBUF", err)
		}
	}
	return nil
}

// SetBacklog does nothing: the length of a listener's queue cannot be changed.
func SetBacklog(fd, backlog int) error { return nil }
