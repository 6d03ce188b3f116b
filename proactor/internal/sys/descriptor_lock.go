//go:build darwin || netbsd || openbsd

package sys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Descriptors that are non-blocking and not inherited, where that takes several
// calls (or package unix lacks the one): nobody may start a program in between,
// which is what the lock is for.

func openSocket(family, kind int) (int, error) {
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(family, kind, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err == nil {
		err = neverBlock(fd)
	}
	return quiet(fd, err)
}

// accept does not wait with the lock held: the listener is non-blocking. The
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
	return fd, from, neverBlock(fd)
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
	if err = neverBlock(fds[0]); err != nil {
		Close(fds[1])
		return err
	}
	if err = neverBlock(fds[1]); err != nil {
		Close(fds[0])
	}
	return err
}

// neverBlock makes fd non-blocking, or closes it.
func neverBlock(fd int) error {
	err := unix.SetNonblock(fd, true)
	if err != nil {
		Close(fd)
	}
	return err
}
