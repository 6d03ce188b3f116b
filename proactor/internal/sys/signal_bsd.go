//go:build darwin || dragonfly || freebsd || netbsd

package sys

import "golang.org/x/sys/unix"

// quiet makes a socket, if there is one, tell of a broken connection with EPIPE
// alone. Without it the Go runtime would get a SIGPIPE each time, which it ignores,
// but a program may have asked to be told.
func quiet(fd int, err error) (int, error) {
	if err != nil {
		return -1, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NOSIGPIPE, 1); err != nil {
		Close(fd)
		return -1, err
	}
	return fd, nil
}
