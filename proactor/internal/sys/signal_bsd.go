//go:build darwin || dragonfly || freebsd || netbsd

package sys

import "golang.org/x/sys/unix"

// disableSIGPIPE makes a socket, if there is no error, report a broken connection with
// EPIPE only. Otherwise there would be a SIGPIPE each time, which the Go runtime ignores
// but the program may have asked for.
func disableSIGPIPE(fd int, err error) (int, error) {
	if err != nil {
		return -1, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NOSIGPIPE, 1); err != nil {
		Close(fd)
		return -1, err
	}
	return fd, nil
}
