//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// newTransmit makes a pipe and starts a transmission to it. paging: as if a worker read for it.
func newTransmit(t *testing.T, paging bool) (b *Backend, r, w backend.Handle, op *backend.Op) {
	t.Helper()
	b, d := newEager(t)
	d.quiet = true
	r, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	op = &backend.Op{Kind: backend.KindTransmitFile, Handle: w, Args: &backend.Transmission{Header: []byte("header")}}
	x := op.Transmission()
	x.Reset(op)
	x.Paging = paging
	b.Start(op)
	return b, r, w, op
}

// A transmission for which a worker reads ends when the worker is done, also if it was
// cancelled or its handle was closed.
func TestPagedTransmissionEnds(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(b *Backend, op *backend.Op)
		want error
	}{
		"not":           {func(*Backend, *backend.Op) {}, nil},
		"cancelled":     {(*Backend).Cancel, backend.ErrCanceled},
		"all cancelled": {func(b *Backend, _ *backend.Op) { b.CancelAll() }, backend.ErrCanceled},
		"closed":        {func(_ *Backend, op *backend.Op) { op.Handle.Close() }, backend.ErrHandleClosed},
	} {
		b, _, _, op := newTransmit(t, true)
		test.end(b, op)
		queueOf(op).onEdge(false)
		if b.Wait(0) != nil {
			t.Fatalf("%s: it has completed while a worker reads", name)
		}
		b.fileDone(&op.Transmission().Page)
		if b.Wait(0) != op || op.Err != test.want || (op.N > 0) != (test.want == nil) || op.Transmission().Paging {
			t.Errorf("%s: %d bytes, %v; want %v", name, op.N, op.Err, test.want)
		}
	}
	b, _, _, op := newTransmit(t, true)
	b.fileDone(&op.Transmission().Page)
	b.Close()
	if b.Wait(0) != op || op.Err != backend.ErrBackendClosed {
		t.Errorf("after Close: %v", op.Err)
	}
}

// An operation behind a transmission, and one that is not a transmission, is not held.
func TestHeld(t *testing.T) {
	b, _, _, op := newTransmit(t, true)
	q := queueOf(op)
	if q.HeldLocked() != op {
		t.Error("a transmission for which a worker reads is not held")
	}
	write := &backend.Op{Kind: backend.KindWrite, Handle: op.Handle, Buf: make([]byte, 1)}
	b.Start(write)
	b.Cancel(write)
	if b.Wait(0) != write || write.Err != backend.ErrCanceled {
		t.Errorf("a write behind it: %v", write.Err)
	}
	op.Transmission().Paging = false
	if q.HeldLocked() != nil {
		t.Error("a transmission for which no worker reads is held")
	}
	b.Cancel(op)
	if b.Wait(0) != op || op.Err != backend.ErrCanceled || q.HeldLocked() != nil {
		t.Errorf("the transmission: %v", op.Err)
	}
	b.Start(write)
	if q.HeldLocked() != nil {
		t.Error("a write is held")
	}
}
