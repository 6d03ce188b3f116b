//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import "os"

// MakePipe makes the two ends of a pipe, non-blocking: r is read, w is written.
func MakePipe() (r, w int, err error) {
	var fds [2]int
	if err := openPipe(&fds); err != nil {
		return -1, -1, os.NewSyscallError("pipe", err)
	}
	return fds[0], fds[1], nil
}

// ClosePipe closes an end of a pipe.
func ClosePipe(fd int) { Close(fd) }

// Adopt returns a non-blocking descriptor of the open file of f, which must be
// something that can be waited for.
func Adopt(f *os.File) (fd int, err error) {
	fd, err = adopt(f)
	if err != nil {
		return -1, err
	}
	if err := waitable(fd); err != nil {
		Close(fd)
		return -1, refuse(f, err)
	}
	return fd, nil
}
