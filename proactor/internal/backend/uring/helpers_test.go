//go:build linux

package uring

import (
	"errors"
	"os"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// skipOrFatal ends a test that has no backend. It skips the test where the kernel lacks
// io_uring or a sandbox forbids it.
func skipOrFatal(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, os.ErrPermission) || errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	t.Fatal(err)
}

// open makes a backend for one test.
func open(t testing.TB, tu tuning) *Backend {
	t.Helper()
	b, err := newBackend(0, tu)
	if err != nil {
		skipOrFatal(t, err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error("Close:", err)
		}
		for b.Wait(0) != nil {
		}
	})
	return b
}

// await waits for op, which must be the only operation that completes.
func await(t testing.TB, b *Backend, op *backend.Op) {
	t.Helper()
	list := b.Wait(backend.NoDeadline)
	for list == nil {
		list = b.Wait(backend.NoDeadline)
	}
	if list != op || list.Next != nil {
		t.Fatalf("completed %v %+v, want %p", list.Kind, list, op)
	}
}

// collect waits for n operations.
func collect(t testing.TB, b *Backend, n int) []*backend.Op {
	t.Helper()
	var all []*backend.Op
	for len(all) < n {
		for op := b.Wait(backend.NoDeadline); op != nil; {
			next := op.Next
			all = append(all, op)
			op = next
		}
	}
	return all
}

// pair connects two streams on b.
func pair(t testing.TB, b *Backend) (client, server backend.Handle) {
	t.Helper()
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accept := &backend.Op{Kind: backend.KindAccept, Handle: l}
	connect := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: l.LocalAddr().String()}}
	b.Start(accept)
	b.Start(connect)
	collect(t, b, 2)
	if err := errors.Join(accept.Err, connect.Err); err != nil {
		t.Fatal(err)
	}
	return connect.New, accept.New
}

func read(b *Backend, h backend.Handle, n int) *backend.Op {
	op := &backend.Op{Kind: backend.KindRead, Handle: h, Buf: make([]byte, n)}
	b.Start(op)
	return op
}

func write(b *Backend, h backend.Handle, data string) *backend.Op {
	op := &backend.Op{Kind: backend.KindWrite, Handle: h, Buf: []byte(data)}
	b.Start(op)
	return op
}
