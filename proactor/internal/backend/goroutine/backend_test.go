package goroutine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// newBackend makes a backend for one test.
func newBackend(t *testing.T) *Backend {
	t.Helper()
	b, err := New(backend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b.(*Backend)
}

// await waits for op, which must be the only operation that completes.
func await(t *testing.T, b *Backend, op *backend.Op) {
	t.Helper()
	list := b.Wait(backend.NoDeadline)
	for list == nil {
		list = b.Wait(backend.NoDeadline)
	}
	if list != op || op.Next != nil {
		t.Fatalf("completed %v, want %v", list, op)
	}
}

// After Close nothing is made, and what the attempt has made is gone.
func TestMadeTooLate(t *testing.T) {
	b, other := newBackend(t), newBackend(t)
	l, err := other.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := other.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	b.Close()
	path := filepath.Join(t.TempDir(), "s")
	for name, try := range map[string]func() (backend.Handle, error){
		"Listen":       func() (backend.Handle, error) { return b.Listen("unix", path, nil) },
		"ListenPacket": func() (backend.Handle, error) { return b.ListenPacket("udp", "127.0.0.1:0", nil) },
		"Pipe":         func() (r backend.Handle, err error) { r, _, err = b.Pipe(); return r, err },
		"Take":         func() (backend.Handle, error) { return b.Take(r) },
		"Connect": func() (backend.Handle, error) {
			op := &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: "tcp", Address: l.LocalAddr().String()}}
			b.Start(op)
			await(t, b, op)
			return op.New, op.Err
		},
	} {
		if h, err := try(); h != nil || !errors.Is(err, backend.ErrBackendClosed) {
			t.Errorf("%s: %v, %v", name, h, err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s leaves a file", name)
		}
	}
}

// The goroutine of a direction ends when its handle is taken, although nothing wakes it
// later: Close waits for it.
func TestTakeEndsTheGoroutine(t *testing.T) {
	from, to := newBackend(t), newBackend(t)
	r, w, err := from.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read := &backend.Op{Kind: backend.KindRead, Handle: r, Buf: make([]byte, 4)}
	from.Start(read)
	from.Cancel(read)
	if await(t, from, read); read.Err != backend.ErrCanceled {
		t.Error(read.Err)
	}
	taken, err := to.Take(r)
	if err != nil {
		t.Fatal(err)
	}
	from.Close()
	read.Err, read.Handle = nil, taken
	to.Start(read)
	w.Close()
	if await(t, to, read); read.N != 0 || read.Err == nil || read.Err == backend.ErrCanceled {
		t.Errorf("%d, %v; want the end", read.N, read.Err)
	}
}

// A closed handle is forgotten.
func TestClosedIsForgotten(t *testing.T) {
	b := newBackend(t)
	l, err := b.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	b.Open.Each(func(handle) { t.Error("a closed handle is known") })
}

// The end of a stream that waits for writes is sent by the last of them only.
func TestCloseWriteOnce(t *testing.T) {
	ends := 0
	l := &opQueue{b: newBackend(t), writeClosing: func() error { ends++; return nil }}
	first, second := new(backend.Op), new(backend.Op)
	l.Ops.Push(first)
	l.Ops.Push(second)
	l.closeWriteLocked()
	l.finish(first)
	if ends != 0 {
		t.Error("the end comes before the last write")
	}
	if l.finish(second); ends != 1 {
		t.Errorf("%d ends after the last write", ends)
	}
	for range 2 {
		l.b.Wait(0)
	}
}

// The result of an operation that has moved bytes is no error, except of a transmission.
// A deadline is the result only of an operation that was cancelled.
func TestFinish(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		op         backend.Op
		closed     error
		cancelling bool
		want       error
	}{
		"success":                    {op: backend.Op{N: 3}},
		"some bytes":                 {op: backend.Op{N: 1, Err: broken}},
		"no bytes":                   {op: backend.Op{Err: broken}, want: broken},
		"some of a transmission":     {op: backend.Op{N: 1, Err: broken, Kind: backend.KindTransmitFile}, want: broken},
		"closed":                     {op: backend.Op{Err: broken}, closed: backend.ErrHandleClosed, want: backend.ErrHandleClosed},
		"closed after some bytes":    {op: backend.Op{N: 1, Err: broken}, closed: backend.ErrHandleClosed},
		"cancelled":                  {op: backend.Op{Err: os.ErrDeadlineExceeded}, cancelling: true, want: backend.ErrCanceled},
		"cancelled and broken":       {op: backend.Op{Err: broken}, cancelling: true, want: broken},
		"a deadline of someone":      {op: backend.Op{Err: os.ErrDeadlineExceeded}, want: os.ErrDeadlineExceeded},
		"cancelled after some":       {op: backend.Op{N: 1, Err: os.ErrDeadlineExceeded}, cancelling: true},
		"cancelled but successful":   {op: backend.Op{N: 3}, cancelling: true},
		"cancelled, and then closed": {op: backend.Op{Err: os.ErrDeadlineExceeded}, cancelling: true, closed: backend.ErrBackendClosed, want: backend.ErrBackendClosed},
	} {
		resets := 0
		l := &opQueue{b: newBackend(t), cancelling: test.cancelling}
		l.setDeadline = func(at time.Time) error {
			if resets++; !at.IsZero() {
				t.Errorf("%s: sets a deadline", name)
			}
			return nil
		}
		op := test.op
		l.Closed = test.closed
		l.Ops.Push(&op)
		l.finish(&op)
		if l.b.Wait(0) != &op || op.Err != test.want || op.N != test.op.N || l.cancelling || (resets == 1) != test.cancelling {
			t.Errorf("%s: %d, %v, deadline reset %d times; want %v", name, op.N, op.Err, resets, test.want)
		}
	}
}

// sink is a connection that counts what is written.
type sink struct {
	conn
	n int
}

func (s *sink) Write(b []byte) (int, error) {
	s.n += len(b)
	return len(b), nil
}

// A gather write moves whole buffers up to its limit, at least one, and keeps none.
func TestGatherIsBounded(t *testing.T) {
	block := make([]byte, 64<<20) // never touched
	const most = 1 << 30 / (64 << 20)
	for _, buffers := range []int{1, most, most + 1} {
		to := new(sink)
		s := &stream{conn: to}
		op := new(backend.Op)
		for range buffers {
			op.Vec = append(op.Vec, block)
		}
		want := min(buffers, most) * len(block)
		if s.writeV(op); op.N != want || to.n != want || op.Err != nil {
			t.Errorf("%d buffers: %d bytes, %v; want %d", buffers, op.N, op.Err, want)
		}
		for _, kept := range s.vec[:cap(s.vec)] {
			if kept != nil {
				t.Error("a buffer is kept")
			}
		}
	}
}
