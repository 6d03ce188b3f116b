package sys

import "golang.org/x/sys/unix"

// This file makes descriptors that are non-blocking and not inherited.

func openSocket(family, kind int) (int, error) {
	return unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
}

func openPipe(fds *[2]int) error { return unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK) }
