//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import (
	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Connects and accepts have answers that are not their result: the call was
// interrupted, goes on, or has to be made again. Package net takes them as is done
// here (docs/guards-of-package-net.md).
//
// Tests replace these calls, because a kernel cannot be made to give every answer.
var (
	callConnect     = connectOnce
	callAccept      = acceptOnce
	callSocketError = socketError
)

// Connect begins to connect the socket that PrepareConnect made. EINPROGRESS
// says that the socket becomes writable once that has succeeded or failed.
func Connect(op *backend.Op) unix.Errno {
	errno := callConnect(op)
	switch errno {
	case unix.EINTR, unix.EALREADY:
		return unix.EINPROGRESS // it goes on all the same
	case unix.EISCONN:
		return 0
	}
	return errno
}

// Accept takes a connection from a listener's queue, and puts the peer's
// address into from. EAGAIN: there is none. A connection that its peer has
// aborted is passed over.
func Accept(listener int, from *Address) (fd int, errno unix.Errno) {
	for {
		fd, errno := callAccept(listener, from)
		if errno != unix.EINTR && errno != unix.ECONNABORTED {
			return fd, errno
		}
	}
}

// Connected says how a connect that was in progress ended: EINPROGRESS if it
// has not. A wake-up may be spurious: then the socket has no error and no peer.
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

// socketError is the error that the socket keeps (SO_ERROR), or why it cannot be
// asked.
func socketError(fd int) unix.Errno {
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err.(unix.Errno)
	}
	return unix.Errno(code)
}
