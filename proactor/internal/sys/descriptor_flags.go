//go:build dragonfly || freebsd

package sys

import "golang.org/x/sys/unix"

// This file makes descriptors that are non-blocking and not inherited, where the
// system has a call for that.

func openSocket(family, kind int) (int, error) {
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	return disableSIGPIPE(fd, err)
}

// accept has the streams inherit SO_NOSIGPIPE from the listener.
func accept(listener int) (int, unix.Sockaddr, error) {
	return unix.Accept4(listener, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
}

func openPipe(fds *[2]int) error { return unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK) }
