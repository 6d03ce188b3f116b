//go:build unix

package sys

import "golang.org/x/sys/unix"

// Truncated reports whether a datagram was cut, given the flags that came with it
// and the error.
func Truncated(flags int, err error) bool { return err == nil && flags&unix.MSG_TRUNC != 0 }
