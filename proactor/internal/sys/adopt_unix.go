//go:build unix

package sys

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// AdoptFile returns a copy of f that can be waited for, with a descriptor of its own.
func AdoptFile(f *os.File) (*os.File, error) {
	fd, err := adopt(f)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// adopt returns a non-blocking descriptor of the open file of f.
func adopt(f *os.File) (fd int, err error) {
	c, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	if e := c.Control(func(p uintptr) { fd, err = adoptDescriptor(int(p)) }); e != nil {
		err = os.ErrClosed
	}
	if err != nil {
		return -1, refuse(f, err)
	}
	return fd, nil
}

// The reasons why a file is not adopted.
var (
	errFile   = fmt.Errorf("it is a file, with positions: use OpenFile, ReadAt and WriteAt: %w", errors.ErrUnsupported)
	errSocket = fmt.Errorf("it is a socket: use Listen, Connect or ListenPacket: %w", errors.ErrUnsupported)
)

// refuse makes the error of a file that is not adopted.
func refuse(f *os.File, err error) error {
	if err == unix.EPERM {
		err = ErrNotWaitable
	}
	return &os.PathError{Op: "adopt", Path: f.Name(), Err: err}
}

func adoptDescriptor(old int) (int, error) {
	var is unix.Stat_t
	if err := unix.Fstat(old, &is); err != nil {
		return -1, os.NewSyscallError("fstat", err)
	}
	switch is.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFDIR, unix.S_IFBLK:
		return -1, errFile
	case unix.S_IFSOCK:
		return -1, errSocket
	}
	flags, err := unix.FcntlInt(uintptr(old), unix.F_GETFL, 0)
	if err != nil {
		return -1, os.NewSyscallError("fcntl", err)
	}
	if flags&unix.O_NONBLOCK == 0 {
		if fd, ok := reopen(old, flags, &is); ok {
			return fd, nil
		}
	}
	fd, err := unix.FcntlInt(uintptr(old), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	return fd, os.NewSyscallError("fcntl", err)
}
