//go:build linux

package epoll

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// testTimeout is how long a test waits for an event before it fails. It measures
// nothing.
const testTimeout = 20 * time.Second

// newBackend makes a backend for one test.
func newBackend(t *testing.T) backend.Backend {
	t.Helper()
	b, err := New(backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// collect waits until n operations have completed.
func collect(t *testing.T, b backend.Backend, n int) {
	t.Helper()
	var late atomic.Bool
	defer time.AfterFunc(testTimeout, func() {
		late.Store(true)
		b.Wake()
	}).Stop()
	for n > 0 {
		op := b.Wait(backend.NoDeadline)
		for ; op != nil; op = op.Next {
			n--
		}
		if n > 0 && late.Load() {
			t.Fatalf("%d operations do not complete", n)
		}
	}
}

// pipe makes a pipe.
func pipe(t *testing.T, b backend.Backend) (r, w backend.Handle) {
	t.Helper()
	r, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// pair connects two streams.
func pair(t *testing.T, b backend.Backend) (client, server backend.Handle) {
	t.Helper()
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accept := &backend.Op{Kind: backend.KindAccept, Handle: l}
	connect := newConnect(l.LocalAddr().String())
	b.Start(accept)
	b.Start(connect)
	collect(t, b, 2)
	if err := errors.Join(accept.Err, connect.Err); err != nil {
		t.Fatal(err)
	}
	return connect.New, accept.New
}

// newConnect returns a connect to address.
func newConnect(address string) *backend.Op {
	return &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: address}}
}
