package conformance

import (
	"context"
	"errors"
	"time"

	"github.com/actum-go/actum/proactor"
)

func testStopBeforeRun(r *fixture) {
	c := r.call(nil)
	r.d.Post(c.start())
	r.d.Stop()
	if err := r.d.Run(); err != nil || c.done != 0 {
		r.t.Fatalf("Run after Stop: %v, %d handlers called", err, c.done)
	}
	c.then = r.d.Stop
	if err := r.d.Run(); err != nil || c.done != 1 {
		r.t.Fatalf("Run again: %v, %d handlers called", err, c.done)
	}
}

// testStopInHandler stops in the middle of a batch of completions: the next Run
// gets the rest.
func testStopInHandler(r *fixture) {
	var calls [10]*call
	total := 0
	for i := range calls {
		calls[i] = r.call(func() {
			total++
			if i == 4 || i == 9 {
				r.d.Stop()
			}
		})
		r.d.Post(calls[i].start())
	}
	for _, want := range []int{5, 10} {
		if err := r.d.Run(); err != nil {
			r.t.Fatal(err)
		}
		if total != want {
			r.t.Errorf("%d handlers called, want %d", total, want)
		}
	}
}

// testStopAndRunAgain stops and runs the dispatcher while a stream is in use.
func testStopAndRunAgain(r *fixture) {
	a, b := r.pair()
	buf := make([]byte, 1)
	read := r.call(nil)
	read.then = func() {
		if read.err != nil {
			r.t.Error(read.err)
		}
		r.d.Stop()
	}
	for range 20 {
		b.Read(read.start(), buf)
		if _, err := a.TryWrite([]byte("x")); err != nil {
			a.Write(r.call(nil).start(), []byte("x"))
		}
		if err := r.d.Run(); err != nil {
			r.t.Fatal(err)
		}
	}
	if read.done != 20 {
		r.t.Errorf("%d reads completed", read.done)
	}
}

func testRunOneContext(r *fixture) {
	ctx, cancel := context.WithCancel(context.Background())
	c := r.call(nil)
	r.d.Post(c.start())
	if n, err := r.d.RunOne(ctx); n != 1 || err != nil {
		r.t.Errorf("RunOne: %d, %v", n, err)
	}
	go cancel()
	if n, err := r.d.RunOne(ctx); n != 0 || !errors.Is(err, context.Canceled) {
		r.t.Errorf("RunOne with a cancelled context: %d, %v", n, err)
	}
	r.d.Stop()
	if n, err := r.d.RunOne(context.Background()); n != 0 || err != proactor.ErrStopped {
		r.t.Errorf("RunOne after Stop: %d, %v", n, err)
	}
}

func testPollDoesNotWait(r *fixture) {
	c := r.call(nil)
	r.d.StartTimer(c.start(), time.Hour)
	if n, err := r.d.Poll(); n != 0 || err != nil {
		r.t.Errorf("Poll with nothing to do: %d, %v", n, err)
	}
	r.d.Cancel(&c.op)
	if n, err := r.d.Poll(); n != 1 || err != nil {
		r.t.Errorf("Poll with one completion: %d, %v", n, err)
	}
}

// testOneRunsAtATime tries to dispatch from inside a handler.
func testOneRunsAtATime(r *fixture) {
	c := r.call(func() {
		if _, err := r.d.Poll(); err != proactor.ErrRunning {
			r.t.Errorf("Poll in a handler: %v", err)
		}
		if err := r.d.Run(); err != proactor.ErrRunning {
			r.t.Errorf("Run in a handler: %v", err)
		}
	})
	r.d.Post(c.start())
	r.ok(c)
}
