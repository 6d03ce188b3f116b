package proactor_test

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// TestAcceptWithoutDescriptors: an accept that fails for want of descriptors
// leaves the listener, and the connection in its queue, as they are.
func TestAcceptWithoutDescriptors(t *testing.T) {
	for _, name := range workingBackends() {
		if name != "sim" {
			t.Run(name, func(t *testing.T) { testAcceptWithoutDescriptors(t, name) })
		}
	}
}

func testAcceptWithoutDescriptors(t *testing.T, name string) {
	d, err := proactor.New(proactor.Options{Backend: name})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	complete := func(op *proactor.Operation) {
		t.Helper()
		for op.Outstanding() {
			if _, err := d.RunOne(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	d.Connect(&op, "tcp", ln.LocalAddr().String(), nil)
	complete(&op)
	if op.Err() != nil {
		t.Fatal(op.Err())
	}
	for range 3 {
		restore := exhaustDescriptors(t)
		ln.Accept(&op)
		complete(&op)
		restore()
		if !errors.Is(op.Err(), syscall.EMFILE) {
			t.Errorf("accept without descriptors: %v", op.Err())
		}
	}
	ln.Accept(&op)
	complete(&op)
	if op.Err() != nil || op.Accepted() == nil {
		t.Errorf("accept with descriptors again: %v", op.Err())
	}
}

// exhaustDescriptors lets this process open nothing more until restore.
func exhaustDescriptors(t *testing.T) (restore func()) {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	next := uint64(null.Fd()) // the lowest free number: a limit of that refuses it
	null.Close()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: next, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Fatal(err)
		}
	}
}
