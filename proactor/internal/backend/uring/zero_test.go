//go:build linux

package uring

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A socket may have the number 0, in a program without a standard input. It is closed,
// too, when its connect fails.
func TestConnectWithDescriptorZero(t *testing.T) {
	b := open(t, tuning{})
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	address := l.LocalAddr().String()
	l.Close()
	input, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(unix.Dup3(input, 0, 0), unix.Close(input)); err != nil {
			t.Error(err)
		}
	}()
	if err := unix.Close(0); err != nil {
		t.Fatal(err)
	}
	op := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: address}}
	b.Start(op)
	if op.Sys.Fd != 0 {
		t.Errorf("the socket has the number %d", op.Sys.Fd)
	}
	await(t, b, op)
	if !errors.Is(op.Err, unix.ECONNREFUSED) {
		t.Errorf("the connect ended with %v", op.Err)
	}
	if _, err := unix.FcntlInt(0, unix.F_GETFD, 0); err != unix.EBADF {
		t.Errorf("the socket is still open: %v", err)
	}
}
