package sys

import (
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// pipeName stands for a pipe in errors.
const pipeName = "pipe"

// Pipe makes the two ends of a pipe, non-blocking, and handles of them. adopt owns
// the descriptor that it is given, also if it fails.
func Pipe(adopt func(fd int, name string) (backend.Handle, error)) (r, w backend.Handle, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
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

// Adopt makes a non-blocking descriptor of what f is open on, which must be
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

// waitable asks epoll, which takes what can be waited for and nothing else.
func waitable(fd int) error {
	e, err := NewEpoll()
	if err != nil {
		return err
	}
	defer Close(e.FD())
	if errno := e.Add(fd, 0); errno != 0 {
		return errno
	}
	return nil
}

// reopen opens what fd is open on once more, so that being non-blocking is not
// shared with whoever else has it, as a shell has the terminal. It fails where
// that would be something else, or is not allowed.
func reopen(fd int, flags int, is *unix.Stat_t) (int, bool) {
	const multiplexer = 5<<8 | 2 // /dev/ptmx: each open makes another terminal
	if is.Mode&unix.S_IFMT == unix.S_IFCHR && is.Rdev == multiplexer {
		return -1, false
	}
	again, err := unix.Open("/proc/self/fd/"+strconv.Itoa(fd), flags&unix.O_ACCMODE|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, false
	}
	var now unix.Stat_t
	if err := unix.Fstat(again, &now); err != nil || now.Dev != is.Dev || now.Ino != is.Ino || now.Rdev != is.Rdev {
		Close(again)
		return -1, false
	}
	return again, true
}

// ReadPipe is Recv for what is not a socket.
func ReadPipe(fd int, b []byte) (int, unix.Errno) {
	return transfer(unix.SYS_READ, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), len(b), 0)
}

// WritePipe is Send for what is not a socket.
func WritePipe(fd int, b []byte) (int, unix.Errno) {
	return transfer(unix.SYS_WRITE, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), len(b), 0)
}

// ReadPipeVector is RecvVector for what is not a socket.
func ReadPipeVector(fd int, x *Vector) (int, unix.Errno) {
	return transfer(unix.SYS_READV, fd, unsafe.Pointer(unsafe.SliceData(x.iov)), len(x.iov), x.size, 0)
}

// WritePipeVector is SendVector for what is not a socket.
func WritePipeVector(fd int, x *Vector) (int, unix.Errno) {
	return transfer(unix.SYS_WRITEV, fd, unsafe.Pointer(unsafe.SliceData(x.iov)), len(x.iov), x.size, 0)
}

// PipeError is what the system said about a call on what is not a socket, as
// package os would say it.
func PipeError(call, name string, errno unix.Errno) error {
	return &os.PathError{Op: call, Path: name, Err: errno}
}
