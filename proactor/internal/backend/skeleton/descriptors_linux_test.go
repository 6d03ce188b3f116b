package skeleton_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// Without descriptors there is no pipe, and the error says why.
func TestPipeWithoutDescriptors(t *testing.T) {
	var made []skeleton.Descriptor
	h := handles(9, &made)
	next := lowestFree(t)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(next), Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	r, w, err := h.Pipe()
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if r != nil || w != nil || !errors.Is(err, syscall.EMFILE) || len(made) != 0 {
		t.Errorf("%v, %v, %v", r, w, err)
	}
}
