//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package sys

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// replace replaces a system call for the time of a test.
func replace[F any](t *testing.T, call *F, by F) {
	t.Helper()
	was := *call
	*call = by
	t.Cleanup(func() { *call = was })
}

// An accept that was interrupted, or whose connection its peer has aborted, is tried
// again. Any other answer is the result.
func TestAcceptAgain(t *testing.T) {
	for _, last := range []unix.Errno{0, unix.EAGAIN, unix.EMFILE} {
		answers := []unix.Errno{unix.EINTR, unix.ECONNABORTED, unix.ECONNABORTED, unix.EINTR, last}
		calls := 0
		replace(t, &callAccept, func(listener int, from *Address) (int, unix.Errno) {
			errno := answers[calls]
			calls++
			return 100*listener + calls, errno
		})
		fd, errno := Accept(7, new(Address))
		if calls != len(answers) || errno != last || fd != 705 {
			t.Errorf("after %v Accept has returned %d, %v", answers[:calls], fd, errno)
		}
	}
}

// A connect that was interrupted continues, as does one that was begun before.
func TestConnectContinues(t *testing.T) {
	for answer, want := range map[unix.Errno]unix.Errno{
		0: 0, unix.EISCONN: 0,
		unix.EINPROGRESS: unix.EINPROGRESS, unix.EINTR: unix.EINPROGRESS, unix.EALREADY: unix.EINPROGRESS,
		unix.ECONNREFUSED: unix.ECONNREFUSED, unix.EAGAIN: unix.EAGAIN,
	} {
		replace(t, &callConnect, func(*backend.OpSys) unix.Errno { return answer })
		if got := Connect(new(backend.OpSys)); got != want {
			t.Errorf("%v: %v, want %v", answer, got, want)
		}
	}
}

// SO_ERROR may say that a connect is in progress: then it has not failed.
func TestConnectedInProgress(t *testing.T) {
	for answer, want := range map[unix.Errno]unix.Errno{
		unix.EISCONN:     0,
		unix.EINPROGRESS: unix.EINPROGRESS, unix.EINTR: unix.EINPROGRESS, unix.EALREADY: unix.EINPROGRESS,
		unix.ECONNREFUSED: unix.ECONNREFUSED, unix.ETIMEDOUT: unix.ETIMEDOUT,
	} {
		replace(t, &callSocketError, func(int) unix.Errno { return answer })
		if got := Connected(-1); got != want {
			t.Errorf("%v: %v, want %v", answer, got, want)
		}
	}
}

// Connected returns the error of a descriptor that it cannot ask.
func TestConnectedOfNoSocket(t *testing.T) {
	if got := Connected(-1); got != unix.EBADF {
		t.Errorf("%v, want EBADF", got)
	}
}
