package sys

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Truncated reports whether a datagram was cut, given the flags that came with it
// and the error.
func Truncated(_ int, err error) bool { return errors.Is(err, windows.WSAEMSGSIZE) }

// ErrCut is the error of a datagram that was cut.
var ErrCut error = windows.WSAEMSGSIZE
