//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import "golang.org/x/sys/unix"

// Writable reports whether a socket has room. If a send fails with EAGAIN although it
// has, the queue of the receiver is full.
func Writable(fd int) bool {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(p, 0)
	return err == nil && n == 1 && p[0].Revents&unix.POLLOUT != 0
}
