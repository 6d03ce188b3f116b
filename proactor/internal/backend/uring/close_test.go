//go:build linux

package uring

import (
	"sync"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Close hands back each operation once, and leaves no descriptor.
func TestCloseHandsEverythingBack(t *testing.T) {
	b, err := newBackend(0, tuning{})
	if err != nil {
		skipOrFatal(t, err)
	}
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, server := pair(t, b)
	started := map[*backend.Op]bool{}
	for range 3 {
		accept := &backend.Op{Kind: backend.KindAccept, Handle: l}
		b.Start(accept)
		started[accept] = true
		started[read(b, server, 10)] = true
	}
	connect := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: "192.0.2.1:9"}}
	b.Start(connect)
	started[connect] = true
	early := b.Wait(0) // perhaps the connect, if there is no route
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	late := read(b, server, 10)
	started[late] = true
	lateConnect := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: "127.0.0.1:9"}}
	b.Start(lateConnect)
	started[lateConnect] = true
	if early == nil {
		early = b.Wait(0)
	}
	for list := early; list != nil; list = b.Wait(0) {
		for op := list; op != nil; op = op.Next {
			if !started[op] {
				t.Errorf("%v handed back twice or never started", op.Kind)
			}
			delete(started, op)
			if op.Kind == backend.KindConnect {
				continue // it may have failed before, if there is no route
			}
			if op.Err != backend.ErrBackendClosed {
				t.Errorf("%v: %v", op.Kind, op.Err)
			}
		}
	}
	if len(started) != 0 {
		t.Errorf("%d operations were not handed back", len(started))
	}
	if err := b.Close(); err != nil {
		t.Error("second Close:", err)
	}
}

// Operations may be started while the backend is being closed.
func TestStartDuringClose(t *testing.T) {
	for range 50 {
		b, err := newBackend(0, tuning{})
		if err != nil {
			skipOrFatal(t, err)
		}
		_, server := pair(t, b)
		var started sync.WaitGroup
		ops := make([]*backend.Op, 4)
		for i := range ops {
			started.Go(func() {
				ops[i] = read(b, server, 1)
				b.Cancel(ops[i])
				b.Wake()
			})
		}
		b.Close()
		started.Wait()
		n := 0
		for list := b.Wait(0); list != nil; list = b.Wait(0) {
			for op := list; op != nil; op = op.Next {
				n++
			}
		}
		if n != len(ops) {
			t.Fatalf("%d of %d operations were handed back", n, len(ops))
		}
	}
}

// An accept that the kernel had done when it was cancelled is adopted, and one whose
// listener was closed is closed. Neither leaks a descriptor (TestMain counts them).
func TestCancelledAcceptThatSucceeded(t *testing.T) {
	for _, end := range []struct {
		name string
		do   func(*Backend, *backend.Op)
	}{
		{"cancel", func(b *Backend, op *backend.Op) { b.Cancel(op) }},
		{"close", func(_ *Backend, op *backend.Op) { op.Handle.Close() }},
	} {
		t.Run(end.name, func(t *testing.T) {
			b := open(t, tuning{})
			l, err := b.Listen("unix", t.TempDir()+"/s", nil)
			if err != nil {
				t.Fatal(err)
			}
			accept := &backend.Op{Kind: backend.KindAccept, Handle: l}
			connect := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "unix", Address: l.LocalAddr().String()}}
			b.Start(accept)
			b.Start(connect)
			b.submit() // both have completed, but were not reaped
			end.do(b, accept)
			collect(t, b, 2)
			if connect.Err != nil {
				t.Fatal(connect.Err)
			}
			if end.name == "cancel" && (accept.New == nil || accept.Err != nil) {
				t.Error("the stream was thrown away:", accept.Err)
			}
			if end.name == "close" && (accept.New != nil || accept.Err != backend.ErrHandleClosed) {
				t.Error("the stream was kept:", accept.Err)
			}
		})
	}
}
