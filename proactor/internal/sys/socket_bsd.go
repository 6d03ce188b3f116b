//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

func bind(fd int, a *Address) error {
	return os.NewSyscallError("bind", unix.Bind(fd, sockaddrOf(a)))
}

// Connect begins to connect the socket that PrepareConnect made. EINPROGRESS
// says that the socket becomes writable once that has succeeded or failed.
func Connect(op *backend.Op) unix.Errno {
	errno := errnoOf(unix.Connect(int(op.Sys.Fd), sockaddrOf(op.Sys.Addr)))
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
		fd, peer, err := accept(listener)
		if err == nil {
			encodeSockaddr(from, peer)
			return fd, 0
		}
		if err != unix.EINTR && err != unix.ECONNABORTED {
			return -1, errnoOf(err)
		}
	}
}
