//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// pipeName names a pipe in errors.
const pipeName = "pipe"

// Pipe makes the two ends of a pipe, non-blocking, and handles of them. adopt owns
// its descriptor, also if it fails.
func Pipe(adopt func(fd int, name string) (backend.Handle, error)) (r, w backend.Handle, err error) {
	var fds [2]int
	if err := openPipe(&fds); err != nil {
		return nil, nil, os.NewSyscallError("pipe", err)
	}
	if r, err = adopt(fds[0], pipeName); err != nil {
		Close(fds[1])
		return nil, nil, err
	}
	if w, err = adopt(fds[1], pipeName); err != nil {
		r.Close()
		return nil, nil, err
	}
	return r, w, nil
}

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

// PipeError is the error of a call on a descriptor that is not a socket, in the form of
// package os.
func PipeError(call, name string, errno unix.Errno) error {
	return &os.PathError{Op: call, Path: name, Err: errno}
}
