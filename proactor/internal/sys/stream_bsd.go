//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import "golang.org/x/sys/unix"

// Sockets are read and written as pipes are: SIGPIPE is taken care of when a
// socket is made.

// Recv reads what is there into b, which is not empty: 0 bytes are the end of
// the stream, EAGAIN is nothing yet.
func Recv(fd int, b []byte) (int, unix.Errno) {
	n, err := Read(fd, b)
	return n, errnoOf(err)
}

// Send writes what there is room for of b; EAGAIN if there is none.
func Send(fd int, b []byte) (int, unix.Errno) {
	n, err := Write(fd, b)
	return n, errnoOf(err)
}

// ReadPipe is Recv for what is not a socket.
func ReadPipe(fd int, b []byte) (int, unix.Errno) { return Recv(fd, b) }

// WritePipe is Send for what is not a socket.
func WritePipe(fd int, b []byte) (int, unix.Errno) { return Send(fd, b) }
