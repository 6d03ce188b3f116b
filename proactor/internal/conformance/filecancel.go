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

// onFile starts one operation of each kind on file.
func (f *fixture) onFile(file *proactor.Handle) []*call {
	var info proactor.FileInfo
	var calls []*call
	for _, start := range []func(op *proactor.Operation){
		func(op *proactor.Operation) { file.ReadAt(op, make([]byte, 200_000), 0) },
		func(op *proactor.Operation) { file.ReadAt(op, make([]byte, 10), 5) },
		func(op *proactor.Operation) { file.WriteAt(op, make([]byte, 200_000), 0) },
		file.Sync,
		func(op *proactor.Operation) { file.Stat(op, &info) },
	} {
		c := f.call(nil)
		start(c.start())
		calls = append(calls, c)
	}
	return calls
}

// doneOr expects c to have succeeded, or to have ended with the error early.
func (f *fixture) doneOr(c *call, early error) {
	f.t.Helper()
	if c.done != c.started || c.err != nil && (c.err != early || c.n != 0) {
		f.t.Errorf("%v: completed %d times, %d, %v; want success or %v", c.op.Kind(), c.done, c.n, c.err, early)
	}
}

// testFileCancel cancels operations that may have completed already, in all three
// ways. If an open succeeds, the handler owns the file.
func testFileCancel(f *fixture) {
	file := f.file(pattern(200_000))
	name := f.name()
	for i := range 30 {
		calls := f.onFile(file)
		open := f.call(nil)
		f.d.OpenFile(open.start(), name, os.O_RDWR|os.O_CREATE, 0o600)
		switch i % 3 {
		case 0:
			for _, c := range append(calls, open) {
				f.d.Cancel(&c.op)
			}
		case 1:
			file.Cancel()
		case 2:
			f.d.CancelAll()
		}
		for _, c := range append(calls, open) {
			f.wait(c)
			f.doneOr(c, proactor.ErrCanceled)
		}
		if o := open.op.Handle(); (o == nil) != (open.err != nil) {
			f.t.Fatalf("open: %v, %v", o, open.err)
		} else if o != nil {
			o.Close()
		}
	}
	if f.size(file) != 200_000 {
		f.t.Error("the file does not work any more")
	}
}

// testFileCancelRace cancels opens and reads from another goroutine continually.
// The leak check at the end finds descriptors that leak.
func testFileCancelRace(f *fixture) {
	const rounds = 300
	data := pattern(50_000)
	file := f.file(data)
	name := f.name()
	f.open(name, os.O_RDWR|os.O_CREATE).Close()
	opens, reads := 0, 0
	buf := make([]byte, len(data))
	var open, read *call
	open = f.call(func() {
		f.doneOr(open, proactor.ErrCanceled)
		if o := open.op.Handle(); o != nil {
			o.Close()
		}
		if opens++; opens < rounds {
			f.d.OpenFile(open.start(), name, os.O_RDONLY, 0)
		}
	})
	read = f.call(func() {
		f.doneOr(read, proactor.ErrCanceled)
		if read.err == nil && buf[read.n-1] != data[read.n-1] {
			f.t.Error("a read that has succeeded has not read")
		}
		clear(buf)
		if reads++; reads < rounds {
			file.ReadAt(read.start(), buf, 0)
		}
	})
	f.d.OpenFile(open.start(), name, os.O_RDONLY, 0)
	file.ReadAt(read.start(), buf, 0)
	var canceller sync.WaitGroup
	var stop atomic.Bool
	canceller.Go(func() {
		for !stop.Load() {
			f.d.Cancel(&open.op)
			f.d.Cancel(&read.op)
			runtime.Gosched()
		}
	})
	f.until("all rounds", func() bool { return opens == rounds && reads == rounds })
	stop.Store(true)
	canceller.Wait()
}

// testFileClose closes a file with operations of all kinds outstanding.
func testFileClose(f *fixture) {
	for range 10 {
		file := f.file(pattern(200_000))
		calls := f.onFile(file)
		for range 40 {
			c := f.call(nil)
			file.ReadAt(c.start(), make([]byte, 100_000), 0)
			calls = append(calls, c)
		}
		if err := file.Close(); err != nil {
			f.t.Error(err)
		}
		if err := file.Close(); err != nil {
			f.t.Errorf("second Close: %v", err)
		}
		for _, c := range calls {
			f.wait(c)
			f.doneOr(c, proactor.ErrHandleClosed)
		}
		for _, c := range f.onFile(file) {
			f.failed(c, proactor.ErrHandleClosed)
		}
	}
}

// testFileCloseRace closes a file while another goroutine reads it.
func testFileCloseRace(f *fixture) {
	for range 30 {
		file := f.file(pattern(10_000))
		buf := make([]byte, 1000)
		var read *call
		read = f.call(func() {
			if read.err == nil {
				file.ReadAt(read.start(), buf, 0)
			}
		})
		file.ReadAt(read.start(), buf, 0)
		var closer sync.WaitGroup
		closer.Go(func() { file.Close() })
		f.until("the end", read.idle)
		closer.Wait()
		if read.err != proactor.ErrHandleClosed {
			f.t.Fatalf("read: %v", read.err)
		}
	}
}

// testFileCloseDispatcher closes the dispatcher with operations of all kinds
// outstanding, and starts more.
func testFileCloseDispatcher(f *fixture) {
	file := f.file(pattern(200_000))
	calls := f.onFile(file)
	for i := range 50 {
		c := f.call(nil)
		f.d.OpenFile(c.start(), f.name(), os.O_RDWR|os.O_CREATE, 0o600)
		calls = append(calls, c)
		c = f.call(nil)
		file.ReadAt(c.start(), make([]byte, 100_000), int64(i))
		calls = append(calls, c)
	}
	if err := f.d.Close(); err != nil {
		f.t.Error(err)
	}
	for _, c := range calls {
		f.doneOr(c, proactor.ErrClosed)
	}
	var all sync.WaitGroup
	for _, start := range []func(*proactor.Operation){
		func(op *proactor.Operation) { f.d.OpenFile(op, "any", os.O_RDONLY, 0) },
		func(op *proactor.Operation) { file.ReadAt(op, make([]byte, 1), 0) },
		file.SyncData,
	} {
		all.Add(1)
		late := f.call(all.Done)
		start(late.start())
		all.Wait()
		if !errors.Is(late.err, net.ErrClosed) || late.err == io.EOF {
			f.t.Errorf("%v after Close: %v", late.op.Kind(), late.err)
		}
	}
}
