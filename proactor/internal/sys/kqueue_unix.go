//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import (
	"slices"

	"golang.org/x/sys/unix"
)

// watchResult returns the result of watching a descriptor, given that of each direction.
// A direction that the descriptor does not have need not be watched. It is an error if
// the system had no room for a filter, because no event of that direction would come.
func watchResult(read, write unix.Errno) unix.Errno {
	switch {
	case read == 0 && lacksDirection(write):
		return 0
	case read == 0:
		return write
	case write == 0 && lacksDirection(read):
		return 0
	}
	return read
}

// lacksDirection reports whether errno, of a filter, means that the descriptor does not
// have that direction.
func lacksDirection(errno unix.Errno) bool {
	return errno == 0 || slices.Contains(noDirectionErrors[:], errno)
}

// noDirectionErrors are the errors for devices and terminals, for an end of a pipe, and
// for an end whose other end has gone (EPIPE or EBADF).
var noDirectionErrors = [...]unix.Errno{
	unix.EINVAL, unix.ENODEV, unix.ENXIO, unix.ENOTSUP, unix.EOPNOTSUPP, unix.EPIPE, unix.EBADF,
}
