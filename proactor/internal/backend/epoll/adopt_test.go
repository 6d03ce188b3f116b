//go:build linux

package epoll

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// A file without a name is adopted as a pipe, and not as a socket.
func TestAdoptWithoutAName(t *testing.T) {
	b, err := New(backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	r, w := os.NewFile(uintptr(fds[0]), ""), os.NewFile(uintptr(fds[1]), "")
	defer r.Close()
	defer w.Close()
	h, err := b.Adopt(r)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := h.TryRead(make([]byte, 1)); n != 0 || err != backend.ErrWouldBlock {
		t.Errorf("TryRead of an empty pipe: %d, %v", n, err)
	}
}
