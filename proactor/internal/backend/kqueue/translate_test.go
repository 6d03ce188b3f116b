//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package kqueue

import (
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend/readiness"
	"github.com/actum-go/actum/proactor/internal/sys"
)

func TestTranslate(t *testing.T) {
	const in, out, hangup = readiness.Readable, readiness.Writable, readiness.Hangup
	for e, want := range map[sys.KqueueEvent]readiness.Flags{
		{Filter: sys.KqueueRead}:                        in,
		{Filter: sys.KqueueWrite}:                       out,
		{Filter: sys.KqueueRead, EOF: true}:             in | hangup,
		{Filter: sys.KqueueWrite, EOF: true}:            out | hangup,
		{Filter: sys.KqueueRead, Errno: syscall.EBADF}:  in | hangup,
		{Filter: sys.KqueueWrite, Errno: syscall.EPIPE}: out | hangup,
		{}:          0,
		{EOF: true}: 0,
	} {
		if got := translate(&e); got != want {
			t.Errorf("%+v: %#b, want %#b", e, got, want)
		}
	}
}
