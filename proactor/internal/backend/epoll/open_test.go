//go:build linux

package epoll

import (
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend/readiness"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// nextDescriptor is the lowest free number.
func nextDescriptor(t *testing.T) int {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	return int(null.Fd())
}

// Without a descriptor there is no instance, and the error says so.
func TestOpenWithoutDescriptors(t *testing.T) {
	next := nextDescriptor(t)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(next), Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	d, err := open(time.Now(), func() bool { return false })
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if call := (*os.SyscallError)(nil); d != nil || !errors.Is(err, syscall.EMFILE) || !errors.As(err, &call) {
		t.Errorf("%v, %v", d, err)
	}
	if now := nextDescriptor(t); now != next {
		t.Errorf("descriptor %d is left open", next)
	}
}

// A descriptor that was removed reports nothing any more: it may go to another backend.
func TestRemove(t *testing.T) {
	for _, removed := range []bool{false, true} {
		d, err := open(time.Now(), func() bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		in, out, err := sys.MakePipe()
		if err != nil {
			t.Fatal(err)
		}
		if errno := d.Add(in, 7); errno != 0 {
			t.Fatal(errno)
		}
		want := 1
		if removed {
			d.Remove(in)
			want = 0
		}
		if _, errno := sys.WritePipe(out, []byte("x")); errno != 0 {
			t.Fatal(errno)
		}
		var edges readiness.Edges
		if n := d.Poll(&edges); n != want || n == 1 && edges[0] != (readiness.Edge{Token: 7, Flags: readiness.Readable}) {
			t.Errorf("removed %v: %d edges, %+v", removed, n, edges[0])
		}
		sys.ClosePipe(in)
		sys.ClosePipe(out)
		d.Close()
	}
}
