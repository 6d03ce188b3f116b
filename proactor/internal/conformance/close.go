package conformance

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor"
)

// failed waits for c and expects the error want.
func (f *fixture) failed(c *call, want error) {
	f.t.Helper()
	f.wait(c)
	if c.err != want || !errors.Is(c.err, net.ErrClosed) || c.n != 0 {
		f.t.Errorf("%v: %d, %v; want %v", c.op.Kind(), c.n, c.err, want)
	}
}

// testCloseHandle closes a handle with operations in progress, waiting operations,
// and operations that are started afterwards.
func testCloseHandle(f *fixture) {
	a, _ := f.pair()
	write, _ := f.fill(a)
	var calls []*call
	for range 3 {
		c := f.call(nil)
		a.Read(c.start(), make([]byte, 1))
		calls = append(calls, c)
	}
	waiting := f.call(nil)
	a.WriteV(waiting.start(), [][]byte{[]byte("x")})
	calls = append(calls, waiting)
	if err := a.Close(); err != nil {
		f.t.Error(err)
	}
	if err := a.Close(); err != nil {
		f.t.Errorf("second Close: %v", err)
	}
	late := f.call(nil)
	a.Read(late.start(), make([]byte, 1))
	f.wait(write)
	if write.n == 0 && write.err != proactor.ErrHandleClosed {
		f.t.Errorf("write in progress: %v", write.err)
	}
	for _, c := range append(calls, late) {
		f.failed(c, proactor.ErrHandleClosed)
	}
}

func testCloseListener(f *fixture) {
	ln := f.listen()
	first, second, late := f.call(nil), f.call(nil), f.call(nil)
	ln.Accept(first.start())
	ln.Accept(second.start())
	ln.Close()
	ln.Accept(late.start())
	for _, c := range []*call{first, second, late} {
		f.failed(c, proactor.ErrHandleClosed)
	}
	if f.network == "unix" {
		if _, err := os.Stat(ln.LocalAddr().String()); !errors.Is(err, os.ErrNotExist) {
			f.t.Errorf("the listener's file is still there: %v", err)
		}
	}
}

// testCloseHandleRace closes a handle from another goroutine while it is used.
func testCloseHandleRace(f *fixture) {
	for range 50 {
		a, b := f.pair()
		var read, write *call
		buf, data := make([]byte, 100), make([]byte, 50)
		read = f.call(func() {
			if read.err == nil {
				a.Read(read.start(), buf)
			}
		})
		write = f.call(func() {
			if write.err == nil {
				b.Write(write.start(), data)
			}
		})
		a.Read(read.start(), buf)
		b.Write(write.start(), data)
		var closer sync.WaitGroup
		closer.Go(func() { a.Close() })
		f.until("the end", func() bool { return read.idle() && write.idle() })
		closer.Wait()
		if read.err != proactor.ErrHandleClosed {
			f.t.Fatalf("read: %v", read.err)
		}
		b.Close()
	}
}

// outstanding starts one operation of each kind that waits on a handle.
func (f *fixture) outstanding() []*call {
	_, b := f.pair()
	ln := f.listen()
	accept, read := f.call(nil), f.call(nil)
	ln.Accept(accept.start())
	b.Read(read.start(), make([]byte, 1))
	write, _ := f.fill(b)
	waiting := f.call(nil)
	b.Write(waiting.start(), []byte("x"))
	return []*call{accept, read, write, waiting}
}

// allClosed expects every call to have completed because the dispatcher was closed.
func (f *fixture) allClosed(calls []*call) {
	f.t.Helper()
	for _, c := range calls {
		if c.done != 1 {
			f.t.Errorf("%v completed %d times", c.op.Kind(), c.done)
		}
		if c.n == 0 && c.err != proactor.ErrClosed {
			f.t.Errorf("%v: %v, want %v", c.op.Kind(), c.err, proactor.ErrClosed)
		}
	}
}

func testCloseDispatcher(f *fixture) {
	calls := f.outstanding()
	post, timer := f.call(nil), f.call(nil)
	f.d.Post(post.start())
	f.d.StartTimer(timer.start(), time.Hour)
	if err := f.d.Close(); err != nil {
		f.t.Error(err)
	}
	f.allClosed(append(calls, post, timer))
	if err := f.d.Run(); err != proactor.ErrClosed {
		f.t.Errorf("Run after Close: %v", err)
	}
	if _, err := f.d.RunOne(context.Background()); err != proactor.ErrClosed {
		f.t.Errorf("RunOne after Close: %v", err)
	}
	if _, err := f.d.Poll(); err != proactor.ErrClosed {
		f.t.Errorf("Poll after Close: %v", err)
	}
	if _, err := f.d.Listen(f.network, f.address(), nil); !errors.Is(err, net.ErrClosed) {
		f.t.Errorf("Listen after Close: %v", err)
	}
}

// testCloseWhileRunning closes the dispatcher from another goroutine.
func testCloseWhileRunning(f *fixture) {
	calls := f.outstanding()
	running := f.call(nil)
	begun := make(chan struct{})
	running.then = func() { close(begun) }
	f.d.Post(running.start())
	ran := make(chan error)
	go func() { ran <- f.d.Run() }()
	<-begun
	if err := f.d.Close(); err != nil {
		f.t.Error(err)
	}
	if err := <-ran; err != proactor.ErrClosed {
		f.t.Errorf("Run: %v", err)
	}
	f.allClosed(calls)
}

// testCloseDuringClose closes and cancels on one goroutine what another goroutine
// closes with the dispatcher: every operation has completed when both have
// returned.
func testCloseDuringClose(f *fixture) {
	const rounds, handles, each = 30, 4, 300
	for range rounds {
		d, err := f.another()
		if err != nil {
			f.t.Fatal(err)
		}
		var done atomic.Int32
		tell := proactor.HandlerFunc(func(*proactor.Operation) { done.Add(1) })
		var ends []*proactor.Handle
		ops := make([]proactor.Operation, each*handles)
		for i := range handles {
			in, out, err := d.Pipe()
			if err != nil {
				f.t.Fatal(err)
			}
			defer out.Close()
			ends = append(ends, in)
			for j := range each {
				op := &ops[each*i+j]
				op.Handler = tell
				in.Read(op, make([]byte, 1))
			}
		}
		open := d.OpenHandles()
		var all sync.WaitGroup
		all.Go(func() {
			for i, h := range ends {
				d.Cancel(&ops[each*i+2])
				h.Close()
			}
		})
		for d.OpenHandles() == open { // until the first handle is being closed
			runtime.Gosched()
		}
		if err := d.Close(); err != nil {
			f.t.Error(err)
		}
		if n := done.Load(); n != int32(len(ops)) {
			f.t.Fatalf("%d of %d operations have completed when the dispatcher is closed", n, len(ops))
		}
		all.Wait()
	}
}

// testSecondClose: a second Close of a listener or a dispatcher that is being
// closed returns after everything is closed.
func testSecondClose(f *fixture) {
	for _, second := range []func(*proactor.Dispatcher, *proactor.Handle) error{
		func(_ *proactor.Dispatcher, ln *proactor.Handle) error { return ln.Close() },
		func(d *proactor.Dispatcher, _ *proactor.Handle) error { return d.Close() },
	} {
		for range 50 {
			d, err := f.another()
			if err != nil {
				f.t.Fatal(err)
			}
			ln, err := d.Listen(f.network, f.address(), nil)
			if err != nil {
				f.t.Fatal(err)
			}
			address := ln.LocalAddr().String()
			var first sync.WaitGroup
			first.Go(func() { ln.Close() })
			for d.OpenHandles() > 0 { // until the first Close has begun
				runtime.Gosched()
			}
			if err := second(d, ln); err != nil {
				f.t.Error(err)
			}
			if again, err := f.d.Listen(f.network, address, nil); err != nil {
				f.t.Error("something is left:", err)
			} else {
				again.Close()
			}
			first.Wait()
			d.Close()
			if f.t.Failed() {
				return
			}
		}
	}
}

// testStartAfterClose: operations started after Close complete once, too.
func testStartAfterClose(f *fixture) {
	a, _ := f.pair()
	ln := f.listen()
	f.d.Close()
	var all sync.WaitGroup
	var calls []*call
	start := func(begin func(*proactor.Operation)) {
		c := f.call(all.Done)
		calls = append(calls, c)
		all.Add(1)
		begin(c.start())
	}
	start(f.d.Post)
	start(func(op *proactor.Operation) { f.d.StartTimer(op, time.Hour) })
	start(func(op *proactor.Operation) { a.Read(op, make([]byte, 1)) })
	start(func(op *proactor.Operation) { a.Write(op, make([]byte, 1)) })
	start(func(op *proactor.Operation) { f.d.Connect(op, f.network, ln.LocalAddr().String(), nil) })
	start(ln.Accept)
	all.Wait()
	for _, c := range calls {
		if !errors.Is(c.err, net.ErrClosed) {
			f.t.Errorf("%v after Close: %v", c.op.Kind(), c.err)
		}
	}
}

// testStartWhileClosing starts operations from other goroutines while the
// dispatcher is being closed.
func testStartWhileClosing(f *fixture) {
	const starters, each = 4, 50
	var answered, starting sync.WaitGroup
	ready := make(chan struct{})
	for range starters {
		a, _ := f.pair()
		calls := make([]*call, 3*each)
		for i := range calls {
			calls[i] = f.call(answered.Done)
		}
		answered.Add(len(calls))
		starting.Go(func() {
			<-ready
			for i := 0; i < len(calls); i += 3 {
				f.d.Post(calls[i].start())
				f.d.StartTimer(calls[i+1].start(), time.Hour)
				a.Read(calls[i+2].start(), make([]byte, 1))
			}
		})
	}
	close(ready)
	f.d.Close()
	starting.Wait()
	answered.Wait()
}
