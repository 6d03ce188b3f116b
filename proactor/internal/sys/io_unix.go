//go:build unix

package sys

import "golang.org/x/sys/unix"

// maxCall is the largest number of bytes that one call moves: some systems reject 2 GiB
// and more instead of moving less.
const maxCall = 1 << 30

// Read reads the bytes that have arrived into b. 0 bytes without an error are the end of
// the stream, unless b is empty.
func Read(fd int, b []byte) (int, error) {
	b = b[:min(len(b), maxCall)]
	for {
		n, err := unix.Read(fd, b)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// Write writes as many bytes as there is room for. Writing to a broken pipe returns EPIPE
// and sends no signal: the Go runtime ignores SIGPIPE on descriptors above 2.
func Write(fd int, b []byte) (int, error) {
	b = b[:min(len(b), maxCall)]
	for {
		n, err := unix.Write(fd, b)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// WouldWait is the error of a call that would have to wait.
const WouldWait = unix.EAGAIN

// WouldBlock reports whether err means that the call must be made again later.
func WouldBlock(err error) bool { return err == WouldWait }

// NeverBlock does nothing: the descriptors of package net are non-blocking.
func NeverBlock(fd int) error { return nil }
