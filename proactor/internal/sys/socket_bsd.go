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

// connectOnce makes the system call.
func connectOnce(s *backend.OpSys) unix.Errno {
	return errnoOf(unix.Connect(int(s.Fd), sockaddrOf(s.Addr)))
}

// acceptOnce makes the system call, which does not wait.
func acceptOnce(listener int, from *Address) (fd int, errno unix.Errno) {
	fd, peer, err := accept(listener)
	if err != nil {
		return -1, errnoOf(err)
	}
	encodeSockaddr(from, peer)
	return fd, 0
}
