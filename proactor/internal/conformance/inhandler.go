package conformance

import (
	"context"
	"errors"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// inHandler checks what holds in every handler of d: Close fails, because it would
// wait for the handler, and so do the methods that dispatch.
func inHandler(t *testing.T, where string, d *proactor.Dispatcher) {
	t.Helper()
	if !d.InHandler() {
		t.Errorf("%s: InHandler is false", where)
		return // Close would not return
	}
	if err := d.Close(); !errors.Is(err, proactor.ErrInHandler) {
		t.Errorf("%s: Close: %v", where, err)
	}
	if _, err := d.Poll(); err != proactor.ErrRunning && err != proactor.ErrClosed {
		t.Errorf("%s: Poll: %v", where, err)
	}
	if _, err := d.RunOne(context.Background()); err != proactor.ErrRunning && err != proactor.ErrClosed {
		t.Errorf("%s: RunOne: %v", where, err)
	}
	if err := d.Run(); err != proactor.ErrRunning && err != proactor.ErrClosed {
		t.Errorf("%s: Run: %v", where, err)
	}
	for name, await := range map[string]func(context.Context, proactor.Waiter) error{"Await": d.Await, "AwaitBlocked": d.AwaitBlocked} {
		if err := await(context.Background(), neverDone{}); err != proactor.ErrInHandler {
			t.Errorf("%s: %s: %v", where, name, err)
		}
	}
}

// neverDone is a Waiter that is never done.
type neverDone struct{}

func (neverDone) Done() bool                      { return false }
func (neverDone) Block(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

// testInHandler: Close in a handler fails, whatever has completed and whichever
// goroutine dispatches, and has no other effect.
func testInHandler(f *fixture) {
	outside := func(when string) {
		f.t.Helper()
		if f.d.InHandler() {
			f.t.Errorf("InHandler is true %s", when)
		}
	}
	outside("before anything was dispatched")
	a, b := f.pair()
	check := func(where string) *call { return f.call(func() { inHandler(f.t, where, f.d) }) }
	post, timer, read := check("post"), check("timer"), check("read")
	f.d.Post(post.start())
	f.d.StartTimer(timer.start(), 1)
	b.Read(read.start(), make([]byte, 1))
	f.write(a, []byte("x"))
	for _, c := range []*call{post, timer, read} {
		f.ok(c)
	}
	outside("between two rounds")

	var begun proactor.Operation
	begun.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	asked := false
	f.d.StartExternal(&begun, cancels(func(c proactor.Completion) {
		asked = true
		inHandler(f.t, "a processor's Cancel", f.d)
		c.Complete(0, proactor.ErrCanceled)
	}))
	f.d.Cancel(&begun)
	f.until("the processor", func() bool { return !begun.Outstanding() })
	if !asked {
		f.t.Error("the processor was not asked")
	}

	last := check("Run")
	last.then = func() {
		inHandler(f.t, "Run", f.d)
		f.d.Stop()
	}
	f.d.Post(last.start())
	if err := f.d.Run(); err != nil || !last.idle() {
		f.t.Errorf("Run: %v", err)
	}
	outside("after Run")
}

// cancels is a Processor.
type cancels func(proactor.Completion)

func (f cancels) Cancel(c proactor.Completion) { f(c) }

// testInHandlerWhileClosing: the same holds for handlers that Close calls, and for
// those called after it.
func testInHandlerWhileClosing(f *fixture) {
	_, b := f.pair()
	for where, start := range map[string]func(*proactor.Operation){
		"a read that Close ends":  func(op *proactor.Operation) { b.Read(op, make([]byte, 1)) },
		"a timer that Close ends": func(op *proactor.Operation) { f.d.StartTimer(op, 1<<40) },
	} {
		start(f.call(func() { inHandler(f.t, where, f.d) }).start())
	}
	if err := f.d.Close(); err != nil {
		f.t.Error(err)
	}
	if f.d.InHandler() {
		f.t.Error("InHandler is true after Close")
	}
	done := make(chan struct{})
	late := f.call(func() {
		inHandler(f.t, "a post after Close", f.d)
		close(done)
	})
	f.d.Post(late.start())
	<-done
	if err := f.d.Close(); err != nil {
		f.t.Errorf("Close again: %v", err)
	}
}

// testInOtherHandler: InHandler is about the handlers of this dispatcher only.
func testInOtherHandler(f *fixture) {
	other, err := f.another()
	if err != nil {
		f.t.Fatal(err)
	}
	c := f.call(func() {
		if other.InHandler() {
			f.t.Error("InHandler is true of another dispatcher")
		}
		if err := other.Close(); err != nil {
			f.t.Errorf("closing another dispatcher: %v", err)
		}
		inHandler(f.t, "after another dispatcher was closed", f.d)
	})
	f.d.Post(c.start())
	f.ok(c)
}

// testPanicInHandler: a handler that panics leaves no state that would make later
// calls fail.
func testPanicInHandler(f *fixture) {
	if f.locked {
		return // the handler is called on a goroutine on which no test can recover
	}
	c := f.call(nil)
	c.then = func() { panic(c) }
	f.d.Post(c.start())
	func() {
		defer func() {
			if recover() != c {
				f.t.Error("the panic has not come to who dispatches")
			}
		}()
		_, _ = f.d.RunOne(context.Background())
	}()
	if f.d.InHandler() {
		f.t.Error("InHandler is true after a panic")
	}
	again := f.call(func() { inHandler(f.t, "after a panic", f.d) })
	f.d.Post(again.start())
	f.ok(again)
}
