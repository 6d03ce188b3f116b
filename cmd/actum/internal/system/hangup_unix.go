//go:build unix

package system

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// WatchReader returns a channel that is closed once nobody can read what is written
// to w: the reading end of a pipe, or the peer of a socket, has been closed. It is
// nil if w is neither of them. stop ends the watch and gives its descriptors back;
// it must be called once.
//
// Linux reports it at once. On a system whose poll(2) does not report a hang-up
// that nobody asked for, the next write does.
func WatchReader(w io.Writer) (gone <-chan struct{}, stop func()) {
	nothing := func() {}
	f, ok := w.(*os.File)
	if !ok {
		return nil, nothing
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
		return nil, nothing
	}
	fd, err := duplicate(f)
	if err != nil {
		return nil, nothing
	}
	var end [2]int
	if err := unix.Pipe(end[:]); err != nil {
		_ = unix.Close(fd)
		return nil, nothing
	}
	closed := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		if hungUp(fd, end[0]) {
			close(closed)
		}
	})
	return closed, func() {
		_ = unix.Close(end[1])
		watching.Wait()
		_ = unix.Close(end[0])
		_ = unix.Close(fd)
	}
}

// duplicate is another descriptor of f, so that closing f does no harm.
func duplicate(f *os.File) (fd int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	fd, dupErr := -1, error(nil)
	err = raw.Control(func(of uintptr) { fd, dupErr = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0) })
	return fd, errors.Join(err, dupErr)
}

// hungUp waits until the other side of fd is closed, or until end is: then it is
// false.
func hungUp(fd, end int) bool {
	set := []unix.PollFd{{Fd: int32(fd)}, {Fd: int32(end), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(set, -1)
		switch {
		case err == unix.EINTR:
		case err != nil, set[1].Revents != 0:
			return false
		case set[0].Revents != 0:
			return true
		}
	}
}
