package sys

import "golang.org/x/sys/unix"

// HungUp reports whether the peer of a stream socket has ended its side, or the
// connection is broken, also while there are bytes to read.
func HungUp(fd int) bool {
	p := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	for {
		_, err := unix.Poll(p[:], 0)
		if err != unix.EINTR {
			return p[0].Revents&(unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
		}
	}
}
