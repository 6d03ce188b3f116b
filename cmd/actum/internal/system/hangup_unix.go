//go:build unix

package system

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// WatchReader returns a channel that is closed when the reading end of the pipe,
// or the peer of the socket, that w writes to is closed. It is nil if w is
// neither. stop ends the watch and closes its descriptors; it must be called
// once.
//
// Linux reports the end at once. On a system whose poll(2) reports no hang-up
// without other events, the next write reports it.
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

// duplicate returns another descriptor of f, which stays valid when f is closed.
func duplicate(f *os.File) (fd int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	fd, dupErr := -1, error(nil)
	err = raw.Control(func(of uintptr) { fd, dupErr = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0) })
	return fd, errors.Join(err, dupErr)
}

// hungUp waits until the other side of fd or that of end is closed, and reports whether
// it was the other side of fd.
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
