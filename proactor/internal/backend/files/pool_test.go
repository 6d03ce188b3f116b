package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// harness is a pool whose completions can be held up: a worker that has carried out
// a sync reports it, and waits for gate, if there is one.
type harness struct {
	Pool
	t     *testing.T
	files int    // number of files made so far
	dir   string // removed after the pool is closed
	held  chan struct{}
	done  chan *backend.Op
}

func newHarness(t *testing.T, gate chan struct{}) *harness {
	h := &harness{t: t, dir: tempDir(t), held: make(chan struct{}, 1000), done: make(chan *backend.Op, 1000)}
	h.Init(func(op *backend.Op) {
		if gate != nil && op.Kind == backend.KindSync {
			h.held <- struct{}{}
			<-gate
		}
		h.done <- op
	}, nil)
	t.Cleanup(h.Close)
	return h
}

// tempDir is t.TempDir, but ignores errors of its removal: wine lacks the system
// call that package testing uses for it.
func tempDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "actum")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// do carries op out.
func (h *harness) do(op *backend.Op) *backend.Op {
	h.t.Helper()
	h.Start(op)
	if got := <-h.done; got != op {
		h.t.Fatalf("%v came back, not %v", got, op)
	}
	return op
}

// file makes a file that contains data.
func (h *harness) file(data []byte) *File {
	h.t.Helper()
	h.files++
	name := filepath.Join(h.dir, fmt.Sprint("file", h.files))
	op := h.do(&backend.Op{Kind: backend.KindOpen, Args: &backend.OpenArgs{Name: name, Flag: os.O_RDWR | os.O_CREATE, Perm: 0o600}})
	if op.Err != nil {
		h.t.Fatal(op.Err)
	}
	f := op.New.(*File)
	if op := h.do(&backend.Op{Kind: backend.KindWriteAt, Handle: f, Buf: data}); op.Err != nil || op.N != len(data) {
		h.t.Fatal(op.N, op.Err)
	}
	return f
}

// workersNow returns the number of workers.
func (h *harness) workersNow() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.workers
}

// TestReads reads what Start reads itself and what needs a worker.
func TestReads(t *testing.T) {
	h := newHarness(t, nil)
	data := bytes.Repeat([]byte("0123456789"), 20_000)
	f := h.file(data)
	for _, size := range []int{1, 4096, quickRead, quickRead + 1, len(data)} {
		op := h.do(&backend.Op{Kind: backend.KindReadAt, Handle: f, Buf: make([]byte, size), Off: 7})
		if op.Err != nil || op.N == 0 || !bytes.Equal(op.Buf[:op.N], data[7:7+op.N]) {
			t.Errorf("%d bytes: %d, %v", size, op.N, op.Err)
		}
	}
	for _, size := range []int{1, quickRead + 1} {
		if op := h.do(&backend.Op{Kind: backend.KindReadAt, Handle: f, Buf: make([]byte, size), Off: int64(len(data))}); op.N != 0 || op.Err != io.EOF {
			t.Errorf("%d bytes at the end: %d, %v", size, op.N, op.Err)
		}
	}
}

// TestQuickReads: Start carries out itself what is in memory, up to a size, where the
// system can tell what is in memory.
func TestQuickReads(t *testing.T) {
	h := newHarness(t, nil)
	f := h.file(make([]byte, 100<<10))
	h.limit = 0 // no workers
	const longest = 64 << 10
	atOnce := func(size int) bool {
		op := &backend.Op{Kind: backend.KindReadAt, Handle: f, Buf: make([]byte, size)}
		h.Start(op)
		quick := len(h.done) > 0
		h.Pool.Cancel(op)
		if <-h.done; quick == (op.Err != nil) {
			t.Errorf("%d bytes at once: %v, %v", size, quick, op.Err)
		}
		return quick
	}
	if one := atOnce(1); atOnce(longest) != one || atOnce(longest+1) || !atOnce(0) {
		t.Errorf("a read of 1 byte at once: %v, and one of %d is not so, or longer ones are, or one of nothing is not", one, longest)
	}
}

// TestOthersStayQueued: what is queued for a file ends when it is closed, and only that.
func TestOthersStayQueued(t *testing.T) {
	h := newHarness(t, nil)
	f, other := h.file(nil), h.file(nil)
	h.limit = 0 // no workers
	var ops []*backend.Op
	for _, of := range []*File{other, f, other} {
		op := &backend.Op{Kind: backend.KindSync, Handle: of}
		h.Start(op)
		ops = append(ops, op)
	}
	f.Close()
	if op := <-h.done; op != ops[1] || op.Err != backend.ErrHandleClosed {
		t.Errorf("%p, %v, want %p", op, op.Err, ops[1])
	}
	h.CancelAll()
	for _, want := range []*backend.Op{ops[0], ops[2]} {
		if op := <-h.done; op != want || op.Err != backend.ErrCanceled {
			t.Errorf("%p, %v, want %p", op, op.Err, want)
		}
	}
}

// TestClosedBeforeAWorkerBegins: an operation that a worker begins after its file was
// closed does not touch the file.
func TestClosedBeforeAWorkerBegins(t *testing.T) {
	h := newHarness(t, nil)
	f := h.file([]byte("x"))
	f.Close()
	for _, k := range []backend.Kind{backend.KindReadAt, backend.KindWriteAt, backend.KindSync, backend.KindStat, backend.KindPage} {
		op := &backend.Op{Kind: k, Handle: f, Buf: make([]byte, 1), Args: new(backend.Stat)}
		if h.perform(op); op.Err != backend.ErrHandleClosed || op.N != 0 {
			t.Errorf("%v: %d, %v", k, op.N, op.Err)
		}
	}
	if n := f.users.Load(); n != closed {
		t.Errorf("%d users are left", n-closed)
	}
}

// TestWorkersAreBounded has more operations than workers, none of which completes.
// Operations that no worker has begun can be cancelled, and end when their file is
// closed.
func TestWorkersAreBounded(t *testing.T) {
	gate := make(chan struct{})
	h := newHarness(t, gate)
	h.limit = 3
	f, other := h.file([]byte("x")), h.file([]byte("y"))
	sync := func(f *File) *backend.Op {
		op := &backend.Op{Kind: backend.KindSync, Handle: f}
		h.Start(op)
		return op
	}
	for range h.limit {
		sync(f)
	}
	for range h.limit {
		<-h.held
	}
	var waiting []*backend.Op
	for range 4 {
		waiting = append(waiting, &backend.Op{Kind: backend.KindStat, Handle: other, Args: new(backend.Stat)})
		h.Start(waiting[len(waiting)-1])
	}
	if n := h.workersNow(); n != h.limit {
		t.Errorf("%d workers, the limit is %d", n, h.limit)
	}
	h.Pool.Cancel(waiting[2])
	if op := <-h.done; op != waiting[2] || op.Err != backend.ErrCanceled {
		t.Errorf("cancelled: %v, %v", op, op.Err)
	}
	other.Close()
	for _, want := range []*backend.Op{waiting[0], waiting[1], waiting[3]} {
		if op := <-h.done; op != want || op.Err != backend.ErrHandleClosed {
			t.Errorf("its file was closed: %v, %v", op, op.Err)
		}
	}
	close(gate)
	for range h.limit {
		if op := <-h.done; op.Err != nil {
			t.Error(op.Err)
		}
	}
}

// TestClose: Close ends queued operations, and waits for those that a worker has
// begun.
func TestClose(t *testing.T) {
	gate := make(chan struct{})
	h := newHarness(t, gate)
	h.limit = 1
	f := h.file([]byte("x"))
	begun := &backend.Op{Kind: backend.KindSync, Handle: f}
	h.Start(begun)
	<-h.held
	waiting := &backend.Op{Kind: backend.KindStat, Handle: f, Args: new(backend.Stat)}
	h.Start(waiting)
	ctx, closed := context.WithCancel(context.Background())
	go func() { h.Close(); closed() }()
	if op := <-h.done; op != waiting || op.Err != backend.ErrBackendClosed {
		t.Errorf("waiting: %v, %v", op, op.Err)
	}
	select {
	case <-ctx.Done():
		t.Error("Close has not waited")
	default:
	}
	close(gate)
	if op := <-h.done; op != begun || op.Err != nil {
		t.Errorf("begun: %v, %v", op, op.Err)
	}
	<-ctx.Done()
	if n := h.workersNow(); n != 0 {
		t.Errorf("%d workers after Close", n)
	}
	if op := h.do(&backend.Op{Kind: backend.KindReadAt, Handle: f, Buf: make([]byte, 1)}); !errors.Is(op.Err, backend.ErrBackendClosed) {
		t.Errorf("started late: %v", op.Err)
	}
	if op := h.do(&backend.Op{Kind: backend.KindOpen, Args: &backend.OpenArgs{Name: f.name}}); op.Err != backend.ErrBackendClosed || op.New != nil {
		t.Errorf("opened late: %v, %v", op.New, op.Err)
	}
}

// TestDescriptorOutlivesClose: a user that has acquired a file can use it until
// Release.
func TestDescriptorOutlivesClose(t *testing.T) {
	h := newHarness(t, nil)
	f := h.file([]byte("still here"))
	if err := f.Acquire(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := f.Acquire(); err != backend.ErrHandleClosed {
		t.Errorf("acquired after Close: %v", err)
	}
	b := make([]byte, 10)
	if n, err := f.Sys().ReadAt(b, 0); n != 10 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
	f.Release()
	if _, err := f.Sys().ReadAt(b, 0); err == nil {
		t.Error("the descriptor is still open")
	}
}

// TestCopy transmits through a buffer, as systems without sendfile do.
func TestCopy(t *testing.T) {
	h := newHarness(t, nil)
	data := bytes.Repeat([]byte("0123456789"), 20_000)
	f := h.file(data)
	for _, c := range []struct {
		offset, length int64
		want           []byte
		err            error
	}{
		{0, 0, data, nil},
		{5, 100_000, data[5:100_005], nil},
		{int64(len(data)), 0, nil, nil},
		{100_000, 100_001, data[100_000:], io.ErrUnexpectedEOF},
	} {
		op := new(backend.Op)
		x := &backend.Transmission{Header: []byte("h"), File: f, Offset: c.offset, Length: c.length, Trailer: []byte("t")}
		x.Reset(op)
		var out bytes.Buffer
		err := Copy(&out, x)
		want := append([]byte("h"), c.want...)
		if c.err == nil {
			want = append(want, 't')
		}
		if err != c.err || !bytes.Equal(out.Bytes(), want) || x.Sent != int64(len(want)) {
			t.Errorf("from %d, %d bytes: sent %d of %d, %v", c.offset, c.length, x.Sent, len(want), err)
		}
	}
	f.Close()
	x := &backend.Transmission{File: f}
	if err := Copy(io.Discard, x); err != backend.ErrHandleClosed {
		t.Errorf("a closed file: %v", err)
	}
}

// TestCloseWaitsForWhatLeaves: an operation was taken out of the queue, by Cancel,
// CancelAll or a file's Close, and has not completed yet: Close waits for it.
func TestCloseWaitsForWhatLeaves(t *testing.T) {
	takers := map[string]func(*Pool, *backend.Op, *File){
		"Cancel":     func(p *Pool, op *backend.Op, _ *File) { p.Cancel(op) },
		"CancelAll":  func(p *Pool, _ *backend.Op, _ *File) { p.CancelAll() },
		"File.Close": func(_ *Pool, _ *backend.Op, f *File) { f.Close() },
	}
	for name, take := range takers {
		t.Run(name, func(t *testing.T) {
			var p Pool
			held, release := make(chan bool), make(chan bool)
			var completed, closed atomic.Bool
			p.Init(func(op *backend.Op) {
				if op.Kind == backend.KindSync {
					held <- true
					<-release
					completed.Store(true)
				}
			}, nil)
			f := &File{pool: &p, name: "nothing", sys: sysOf(t)}
			p.open.Add(f)
			p.limit = 0 // no workers: operations stay in the queue
			op := &backend.Op{Kind: backend.KindSync, Handle: f}
			p.Start(op)
			var all sync.WaitGroup
			all.Go(func() { take(&p, op, f) })
			<-held
			all.Go(func() {
				p.Close()
				closed.Store(true)
				if !completed.Load() {
					t.Error("Close has not waited")
				}
			})
			for !closed.Load() && !waits("(*Pool).Close(") {
				runtime.Gosched()
			}
			close(release)
			all.Wait()
		})
	}
}

// waits reports whether a goroutine waits in a call of the function.
func waits(function string) bool {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	for stack := range strings.SplitSeq(string(buf), "\n\n") {
		state, calls, _ := strings.Cut(stack, "\n")
		if strings.Contains(state, "[sync.") && strings.Contains(calls, function) {
			return true
		}
	}
	return false
}

// sysOf returns an open file of the system.
func sysOf(t *testing.T) sys.File {
	f, err := os.Create(filepath.Join(tempDir(t), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := sys.DuplicateFile(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
