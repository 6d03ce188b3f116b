package sys

import (
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// openPipe makes the ends of a pipe, non-blocking and not inherited.
func openPipe(fds *[2]int) error { return unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK) }

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
