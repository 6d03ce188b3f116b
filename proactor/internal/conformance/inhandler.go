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
func testInHandler(r *fixture) {
	outside := func(when string) {
		r.t.Helper()
		if r.d.InHandler() {
			r.t.Errorf("InHandler is true %s", when)
		}
	}
	outside("before anything was dispatched")
	a, b := r.pair()
	check := func(where string) *call { return r.call(func() { inHandler(r.t, where, r.d) }) }
	post, timer, read := check("post"), check("timer"), check("read")
	r.d.Post(post.start())
	r.d.StartTimer(timer.start(), 1)
	b.Read(read.start(), make([]byte, 1))
	r.write(a, []byte("x"))
	for _, c := range []*call{post, timer, read} {
		r.ok(c)
	}
	outside("between two rounds")

	var begun proactor.Operation
	begun.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	asked := false
	r.d.StartExternal(&begun, cancels(func(c proactor.Completion) {
		asked = true
		inHandler(r.t, "a processor's Cancel", r.d)
		c.Complete(0, proactor.ErrCanceled)
	}))
	r.d.Cancel(&begun)
	r.until("the processor", func() bool { return !begun.Outstanding() })
	if !asked {
		r.t.Error("the processor was not asked")
	}

	last := check("Run")
	last.then = func() {
		inHandler(r.t, "Run", r.d)
		r.d.Stop()
	}
	r.d.Post(last.start())
	if err := r.d.Run(); err != nil || !last.idle() {
		r.t.Errorf("Run: %v", err)
	}
	outside("after Run")
}

// cancels is a Processor.
type cancels func(proactor.Completion)

func (f cancels) Cancel(c proactor.Completion) { f(c) }

// testInHandlerWhileClosing: the same holds for handlers that Close calls, and for
// those called after it.
func testInHandlerWhileClosing(r *fixture) {
	_, b := r.pair()
	for where, start := range map[string]func(*proactor.Operation){
		"a read that Close ends":  func(op *proactor.Operation) { b.Read(op, make([]byte, 1)) },
		"a timer that Close ends": func(op *proactor.Operation) { r.d.StartTimer(op, 1<<40) },
	} {
		start(r.call(func() { inHandler(r.t, where, r.d) }).start())
	}
	if err := r.d.Close(); err != nil {
		r.t.Error(err)
	}
	if r.d.InHandler() {
		r.t.Error("InHandler is true after Close")
	}
	done := make(chan struct{})
	late := r.call(func() {
		inHandler(r.t, "a post after Close", r.d)
		close(done)
	})
	r.d.Post(late.start())
	<-done
	if err := r.d.Close(); err != nil {
		r.t.Errorf("Close again: %v", err)
	}
}

// testInOtherHandler: InHandler is about the handlers of this dispatcher only.
func testInOtherHandler(r *fixture) {
	other, err := r.another()
	if err != nil {
		r.t.Fatal(err)
	}
	c := r.call(func() {
		if other.InHandler() {
			r.t.Error("InHandler is true of another dispatcher")
		}
		if err := other.Close(); err != nil {
			r.t.Errorf("closing another dispatcher: %v", err)
		}
		inHandler(r.t, "after another dispatcher was closed", r.d)
	})
	r.d.Post(c.start())
	r.ok(c)
}

// testPanicInHandler: a handler that panics leaves no state that would make later
// calls fail.
func testPanicInHandler(r *fixture) {
	if r.locked {
		return // the handler is called on a goroutine on which no test can recover
	}
	c := r.call(nil)
	c.then = func() { panic(c) }
	r.d.Post(c.start())
	func() {
		defer func() {
			if recover() != c {
				r.t.Error("the panic has not come to who dispatches")
			}
		}()
		_, _ = r.d.RunOne(context.Background())
	}()
	if r.d.InHandler() {
		r.t.Error("InHandler is true after a panic")
	}
	again := r.call(func() { inHandler(r.t, "after a panic", r.d) })
	r.d.Post(again.start())
	r.ok(again)
}
