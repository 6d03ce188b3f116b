//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Connects and accepts have answers that are not their result: the call was
// interrupted, is in progress, or has to be made again. The functions here treat them
// as package net does (docs/guards-of-package-net.md).

// Tests replace these calls, because a test cannot make a kernel give every answer.
var (
	callConnect     = connectOnce
	callAccept      = acceptOnce
	callSocketError = socketError
)

// Connect begins to connect the socket that PrepareConnect made. EINPROGRESS
// means that the socket becomes writable once that has succeeded or failed.
func Connect(s *backend.OpSys) unix.Errno {
	errno := callConnect(s)
	switch errno {
	case unix.EINTR, unix.EALREADY:
		return unix.EINPROGRESS // the connect continues
	case unix.EISCONN:
		return 0
	}
	return errno
}

// Accept takes a connection from a listener's queue, and puts the peer's address into
// from. EAGAIN means that there is none. A connection that its peer has aborted is
// skipped.
func Accept(listener int, from *Address) (fd int, errno unix.Errno) {
	for {
		fd, errno := callAccept(listener, from)
		if errno != unix.EINTR && errno != unix.ECONNABORTED {
			return fd, errno
		}
	}
}

// Connected returns how a connect that was in progress ended: EINPROGRESS if it has
// not. A wake-up may be spurious: then the socket has no error and no peer.
func Connected(fd int) unix.Errno {
	switch errno := callSocketError(fd); errno {
	case 0:
		if _, err := unix.Getpeername(fd); err == unix.ENOTCONN {
			return unix.EINPROGRESS
		}
		return 0
	case unix.EISCONN:
		return 0
	case unix.EALREADY, unix.EINTR:
		return unix.EINPROGRESS
	default:
		return errno // EINPROGRESS, too
	}
}

// socketError returns the pending error of a socket (SO_ERROR), or the error of asking
// for it.
func socketError(fd int) unix.Errno {
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err.(unix.Errno)
	}
	return unix.Errno(code)
}
