package sys

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// AwaitExit prepares to wait for a process to exit. exit blocks until it has, and reports
// true, or until stop is called, and reports false; it must be called once. It holds no
// thread and leaves the process to be waited for. exit is nil if this system cannot tell
// (it has no pidfd, or a container forbids it), and for a process that is no child.
func AwaitExit(pid int) (exit func() bool, stop func()) {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return nil, nil
	}
	if unix.Waitid(unix.P_PIDFD, fd, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil) == unix.ECHILD {
		_ = unix.Close(fd) // p.Wait would fail now, and not only when the process exits
		return nil, nil
	}
	file := os.NewFile(uintptr(fd), "pidfd")
	conn, err := file.SyscallConn()
	if err == nil {
		err = file.SetReadDeadline(time.Time{}) // fails if it is not in Go's poller
	}
	if err != nil {
		file.Close()
		return nil, nil
	}
	stop = func() { _ = file.SetReadDeadline(time.Unix(1, 0)) } // exit, not stop, closes the file
	return func() bool {
		defer file.Close()
		exited := false
		_ = conn.Read(func(fd uintptr) bool {
			poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			n, err := unix.Poll(poll, 0)
			exited = err == nil && n > 0
			return exited
		})
		return exited
	}, stop
}
