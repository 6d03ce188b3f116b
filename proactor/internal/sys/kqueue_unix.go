//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import (
	"slices"

	"golang.org/x/sys/unix"
)

// watched says whether a descriptor is watched, given what came of watching each of
// its directions: one that it does not have need not be. That the system had no room
// for a filter is another matter: nobody would hear of that direction.
func watched(read, write unix.Errno) unix.Errno {
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

// lacksDirection reports whether errno, that of a filter, says that there is nothing
// to be watched in that direction.
func lacksDirection(errno unix.Errno) bool {
	return errno == 0 || slices.Contains(directionless[:], errno)
}

// directionless is what systems say of devices and terminals, of the one end of a
// pipe, and of one whose other end has gone (EPIPE, or EBADF).
var directionless = [...]unix.Errno{
	unix.EINVAL, unix.ENODEV, unix.ENXIO, unix.ENOTSUP, unix.EOPNOTSUPP, unix.EPIPE, unix.EBADF,
}
