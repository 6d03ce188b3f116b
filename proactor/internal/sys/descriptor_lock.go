//go:build darwin || netbsd || openbsd

package sys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// This file makes descriptors that are non-blocking and not inherited, where that
// takes several calls, or package unix lacks the call. ForkLock keeps the program from
// starting another one in between.

func openSocket(family, kind int) (int, error) {
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(family, kind, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err == nil {
		err = setNonblock(fd)
	}
	return disableSIGPIPE(fd, err)
}

// accept holds the lock but does not wait, because the listener is non-blocking. The
// streams inherit SO_NOSIGPIPE from it.
func accept(listener int) (int, unix.Sockaddr, error) {
	syscall.ForkLock.RLock()
	fd, from, err := unix.Accept(listener)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, nil, err
	}
	return fd, from, setNonblock(fd)
}

func openPipe(fds *[2]int) error {
	syscall.ForkLock.RLock()
	err := unix.Pipe(fds[:])
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return err
	}
	if err = setNonblock(fds[0]); err != nil {
		Close(fds[1])
		return err
	}
	if err = setNonblock(fds[1]); err != nil {
		Close(fds[0])
	}
	return err
}

// setNonblock makes fd non-blocking, or closes it.
func setNonblock(fd int) error {
	err := unix.SetNonblock(fd, true)
	if err != nil {
		Close(fd)
	}
	return err
}
