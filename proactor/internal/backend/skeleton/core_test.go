package skeleton_test

import (
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// connecting calls its function to cancel a connect.
type connecting func(*backend.Op)

func (f *connecting) CancelConnect(op *backend.Op) { (*f)(op) }

// newConnecting returns a connect in progress that appends the cancelled operations to list.
func newConnecting(list *[]*backend.Op) *connecting {
	f := connecting(func(op *backend.Op) { *list = append(*list, op) })
	return &f
}

// newCore makes a Core without a backend.
func newCore(fileDone func(*backend.Op)) *skeleton.Core[*end] {
	c := new(skeleton.Core[*end])
	c.Base.Init("core", fileDone, nil)
	return c
}

// A connect is cancelled while it is in progress, by Cancel and by CancelAll.
func TestCancelConnect(t *testing.T) {
	c := newCore(nil)
	ops := []*backend.Op{{Kind: backend.KindConnect}, {Kind: backend.KindConnect}}
	var got []*backend.Op
	first, second := newConnecting(&got), newConnecting(&got)
	for i, x := range []*connecting{first, second} {
		if err := c.AddConnectLocked(ops[i], x); err != nil {
			t.Fatal(err)
		}
	}
	if c.Cancel(ops[0]); len(got) != 1 || got[0] != ops[0] {
		t.Errorf("Cancel cancelled %d operations", len(got))
	}
	if c.CancelAll(); len(got) != 3 || got[1] == got[2] {
		t.Errorf("CancelAll cancelled %d operations, want both", len(got)-1)
	}
	got = nil
	c.RemoveConnect(ops[0], second) // as if ops[0] were another connect by now
	if c.Cancel(ops[0]); len(got) != 1 {
		t.Error("another connect was forgotten")
	}
	c.RemoveConnect(ops[0], first)
	if c.Cancel(ops[0]); len(got) != 1 || len(c.Connects) != 1 {
		t.Error("a connect that has ended was cancelled")
	}
}

// Close ends the connects, once. Afterwards none begins and none is cancelled.
func TestBeginClose(t *testing.T) {
	c := newCore(nil)
	op := &backend.Op{Kind: backend.KindConnect}
	var cancelled, ended []*backend.Op
	x := newConnecting(&cancelled)
	if err := c.AddConnectLocked(op, x); err != nil || c.ClosedError() != backend.ErrHandleClosed {
		t.Fatal(err, c.ClosedError())
	}
	for first := true; ; first = false {
		if c.BeginClose(func(op *backend.Op, y skeleton.Connecting) {
			if y != skeleton.Connecting(x) {
				t.Error("not the connect")
			}
			ended = append(ended, op)
		}) != first {
			t.Errorf("first is %v", !first)
		}
		if !first {
			break
		}
	}
	if len(ended) != 1 || ended[0] != op || c.ClosedError() != backend.ErrBackendClosed {
		t.Errorf("%d connects were ended; operations get %v", len(ended), c.ClosedError())
	}
	c.Cancel(op)
	c.CancelAll()
	if err := c.AddConnectLocked(new(backend.Op), x); err != backend.ErrBackendClosed || len(cancelled) != 0 {
		t.Errorf("%d connects were cancelled after Close; another one: %v", len(cancelled), err)
	}
}

// Close waits for a cancel in progress, which may use what Close destroys.
func TestCloseWaitsForCancel(t *testing.T) {
	c := newCore(nil)
	op := &backend.Op{Kind: backend.KindConnect}
	entered, closing := make(chan bool), make(chan bool)
	var left atomic.Bool
	x := connecting(func(*backend.Op) {
		close(entered)
		<-closing
		for range 1000 {
			runtime.Gosched()
		}
		left.Store(true)
	})
	if err := c.AddConnectLocked(op, &x); err != nil {
		t.Fatal(err)
	}
	go c.Cancel(op)
	<-entered
	c.BeginClose(func(*backend.Op, skeleton.Connecting) { close(closing) })
	if !left.Load() {
		t.Error("a cancel is in progress after BeginClose")
	}
}

// An operation on a file that no worker has begun is cancelled, by Cancel and by CancelAll.
// Workers that complete an operation wait here until the test releases them.
func TestCancelFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	const moreThanWorkers = 70
	for what, cancel := range map[string]func(*skeleton.Core[*end], *backend.Op){
		"Cancel":    (*skeleton.Core[*end]).Cancel,
		"CancelAll": func(c *skeleton.Core[*end], _ *backend.Op) { c.CancelAll() },
	} {
		release := make(chan bool)
		var c *skeleton.Core[*end]
		c = newCore(func(op *backend.Op) {
			if op.Err == nil {
				<-release
			}
			c.Complete(op, op.Err)
		})
		h, err := c.AdoptFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var last *backend.Op
		for range moreThanWorkers {
			last = &backend.Op{Kind: backend.KindStat, Handle: h, Args: new(backend.Stat)}
			c.Files.Start(last)
		}
		cancel(c, last)
		cancelled := false
		for op := c.Completed.Take(); op != nil; op = op.Next {
			cancelled = cancelled || op == last && op.Err == backend.ErrCanceled
		}
		if !cancelled {
			t.Errorf("%s does not cancel the last operation", what)
		}
		close(release)
		c.Files.Close()
	}
}

// An operation on a handle is cancelled. One that its handle cannot carry out is not there.
func TestCancelOnHandle(t *testing.T) {
	b := newMemory()
	defer b.Close()
	r, w, err := b.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read := &backend.Op{Kind: backend.KindRead, Handle: r, Buf: make([]byte, 1)}
	b.Start(read)
	b.Cancel(&backend.Op{Kind: backend.KindRead, Handle: w})
	if b.Wait(0) != nil {
		t.Fatal("something has completed")
	}
	if b.Cancel(read); b.Wait(0) != read || read.Err != backend.ErrCanceled {
		t.Errorf("cancelled: %v", read.Err)
	}
}
