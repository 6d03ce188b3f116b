package sys

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// waitable asks epoll, which accepts only descriptors that can be waited for.
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

// reopen opens the file of fd once more, so that other owners of the descriptor, such as
// the shell that shares a terminal, do not see that it is non-blocking. It fails where
// that would open another object, or is not allowed.
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
