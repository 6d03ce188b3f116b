//go:build linux

package epoll

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend/readiness"
)

func TestTranslate(t *testing.T) {
	const in, out, hangup = readiness.Readable, readiness.Writable, readiness.Hangup
	for flags, want := range map[uint32]readiness.Flags{
		unix.EPOLLIN:                  in,
		unix.EPOLLOUT:                 out,
		unix.EPOLLIN | unix.EPOLLOUT:  in | out,
		unix.EPOLLRDHUP:               hangup,
		unix.EPOLLHUP:                 hangup,
		unix.EPOLLERR | unix.EPOLLOUT: out | hangup,
		unix.EPOLLPRI:                 0,
	} {
		if got := translate(flags); got != want {
			t.Errorf("%#x: %#b, want %#b", flags, got, want)
		}
	}
}
