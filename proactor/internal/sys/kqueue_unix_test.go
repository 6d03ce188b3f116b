//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A descriptor with one direction is watched in that direction. It is an error if the
// system has no room for a filter.
func TestWatched(t *testing.T) {
	for _, c := range []struct{ read, write, want unix.Errno }{
		{0, 0, 0},
		{0, unix.EINVAL, 0},
		{unix.EINVAL, 0, 0},
		{0, unix.EPIPE, 0},
		{unix.EBADF, unix.EBADF, unix.EBADF},
		{unix.EINVAL, unix.EOPNOTSUPP, unix.EINVAL},
		{0, unix.ENOMEM, unix.ENOMEM},
		{unix.ENOMEM, 0, unix.ENOMEM},
		{unix.EINVAL, unix.ENOMEM, unix.EINVAL},
	} {
		if got := watchResult(c.read, c.write); got != c.want {
			t.Errorf("read %v, write %v: %v, want %v", c.read, c.write, got, c.want)
		}
	}
}
