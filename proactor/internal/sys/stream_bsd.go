//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import "golang.org/x/sys/unix"

// Sockets are read and written as pipes are: SIGPIPE is disabled when a socket is made.

// Recv reads what is there into b, which is not empty: 0 bytes are the end of
// the stream, EAGAIN means that there is nothing yet.
func Recv(fd int, b []byte) (int, unix.Errno) {
	n, err := Read(fd, b)
	return n, errnoOf(err)
}

// Send writes as many bytes of b as there is room for; EAGAIN if there is none.
func Send(fd int, b []byte) (int, unix.Errno) {
	n, err := Write(fd, b)
	return n, errnoOf(err)
}

// ReadPipe is Recv for a descriptor that is not a socket.
func ReadPipe(fd int, b []byte) (int, unix.Errno) { return Recv(fd, b) }

// WritePipe is Send for a descriptor that is not a socket.
func WritePipe(fd int, b []byte) (int, unix.Errno) { return Send(fd, b) }
