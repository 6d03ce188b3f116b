package conformance

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
)

// onFile starts one operation of each kind on f.
func (r *fixture) onFile(f *proactor.Handle) []*call {
	var info proactor.FileInfo
	var calls []*call
	for _, start := range []func(op *proactor.Operation){
		func(op *proactor.Operation) { f.ReadAt(op, make([]byte, 200_000), 0) },
		func(op *proactor.Operation) { f.ReadAt(op, make([]byte, 10), 5) },
		func(op *proactor.Operation) { f.WriteAt(op, make([]byte, 200_000), 0) },
		f.Sync,
		func(op *proactor.Operation) { f.Stat(op, &info) },
	} {
		c := r.call(nil)
		start(c.start())
		calls = append(calls, c)
	}
	return calls
}

// doneOr expects c to have succeeded, or to have ended with the error early.
func (r *fixture) doneOr(c *call, early error) {
	r.t.Helper()
	if c.done != c.started || c.err != nil && (c.err != early || c.n != 0) {
		r.t.Errorf("%v: completed %d times, %d, %v; want success or %v", c.op.Kind(), c.done, c.n, c.err, early)
	}
}

// testFileCancel cancels operations that may have completed already, in all three
// ways. If an open succeeds, the handler owns the file.
func testFileCancel(r *fixture) {
	f := r.file(pattern(200_000))
	name := r.name()
	for i := range 30 {
		calls := r.onFile(f)
		open := r.call(nil)
		r.d.OpenFile(open.start(), name, os.O_RDWR|os.O_CREATE, 0o600)
		switch i % 3 {
		case 0:
			for _, c := range append(calls, open) {
				r.d.Cancel(&c.op)
			}
		case 1:
			f.Cancel()
		case 2:
			r.d.CancelAll()
		}
		for _, c := range append(calls, open) {
			r.wait(c)
			r.doneOr(c, proactor.ErrCanceled)
		}
		if o := open.op.Handle(); (o == nil) != (open.err != nil) {
			r.t.Fatalf("open: %v, %v", o, open.err)
		} else if o != nil {
			o.Close()
		}
	}
	if r.size(f) != 200_000 {
		r.t.Error("the file does not work any more")
	}
}

// testFileCancelRace cancels opens and reads from another goroutine continually.
// The leak check at the end finds descriptors that leak.
func testFileCancelRace(r *fixture) {
	const rounds = 300
	data := pattern(50_000)
	f := r.file(data)
	name := r.name()
	r.open(name, os.O_RDWR|os.O_CREATE).Close()
	opens, reads := 0, 0
	buf := make([]byte, len(data))
	var open, read *call
	open = r.call(func() {
		r.doneOr(open, proactor.ErrCanceled)
		if o := open.op.Handle(); o != nil {
			o.Close()
		}
		if opens++; opens < rounds {
			r.d.OpenFile(open.start(), name, os.O_RDONLY, 0)
		}
	})
	read = r.call(func() {
		r.doneOr(read, proactor.ErrCanceled)
		if read.err == nil && buf[read.n-1] != data[read.n-1] {
			r.t.Error("a read that has succeeded has not read")
		}
		clear(buf)
		if reads++; reads < rounds {
			f.ReadAt(read.start(), buf, 0)
		}
	})
	r.d.OpenFile(open.start(), name, os.O_RDONLY, 0)
	f.ReadAt(read.start(), buf, 0)
	var canceller sync.WaitGroup
	var stop atomic.Bool
	canceller.Go(func() {
		for !stop.Load() {
			r.d.Cancel(&open.op)
			r.d.Cancel(&read.op)
			runtime.Gosched()
		}
	})
	r.until("all rounds", func() bool { return opens == rounds && reads == rounds })
	stop.Store(true)
	canceller.Wait()
}

// testFileClose closes a file with operations of all kinds outstanding.
func testFileClose(r *fixture) {
	for range 10 {
		f := r.file(pattern(200_000))
		calls := r.onFile(f)
		for range 40 {
			c := r.call(nil)
			f.ReadAt(c.start(), make([]byte, 100_000), 0)
			calls = append(calls, c)
		}
		if err := f.Close(); err != nil {
			r.t.Error(err)
		}
		if err := f.Close(); err != nil {
			r.t.Errorf("second Close: %v", err)
		}
		for _, c := range calls {
			r.wait(c)
			r.doneOr(c, proactor.ErrHandleClosed)
		}
		for _, c := range r.onFile(f) {
			r.failed(c, proactor.ErrHandleClosed)
		}
	}
}

// testFileCloseRace closes a file while another goroutine reads it.
func testFileCloseRace(r *fixture) {
	for range 30 {
		f := r.file(pattern(10_000))
		buf := make([]byte, 1000)
		var read *call
		read = r.call(func() {
			if read.err == nil {
				f.ReadAt(read.start(), buf, 0)
			}
		})
		f.ReadAt(read.start(), buf, 0)
		var closer sync.WaitGroup
		closer.Go(func() { f.Close() })
		r.until("the end", read.idle)
		closer.Wait()
		if read.err != proactor.ErrHandleClosed {
			r.t.Fatalf("read: %v", read.err)
		}
	}
}

// testFileCloseDispatcher closes the dispatcher with operations of all kinds
// outstanding, and starts more.
func testFileCloseDispatcher(r *fixture) {
	f := r.file(pattern(200_000))
	calls := r.onFile(f)
	for i := range 50 {
		c := r.call(nil)
		r.d.OpenFile(c.start(), r.name(), os.O_RDWR|os.O_CREATE, 0o600)
		calls = append(calls, c)
		c = r.call(nil)
		f.ReadAt(c.start(), make([]byte, 100_000), int64(i))
		calls = append(calls, c)
	}
	if err := r.d.Close(); err != nil {
		r.t.Error(err)
	}
	for _, c := range calls {
		r.doneOr(c, proactor.ErrClosed)
	}
	var all sync.WaitGroup
	for _, start := range []func(*proactor.Operation){
		func(op *proactor.Operation) { r.d.OpenFile(op, "any", os.O_RDONLY, 0) },
		func(op *proactor.Operation) { f.ReadAt(op, make([]byte, 1), 0) },
		f.SyncData,
	} {
		all.Add(1)
		late := r.call(all.Done)
		start(late.start())
		all.Wait()
		if !errors.Is(late.err, net.ErrClosed) || late.err == io.EOF {
			r.t.Errorf("%v after Close: %v", late.op.Kind(), late.err)
		}
	}
}
