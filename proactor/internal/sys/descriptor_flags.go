//go:build dragonfly || freebsd

package sys

import "golang.org/x/sys/unix"

// Descriptors that are non-blocking and not inherited, where the system makes them
// so in one call.

func openSocket(family, kind int) (int, error) {
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	return quiet(fd, err)
}

// accept has the streams inherit SO_NOSIGPIPE from the listener.
func accept(listener int) (int, unix.Sockaddr, error) {
	return unix.Accept4(listener, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
}

func openPipe(fds *[2]int) error { return unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK) }
