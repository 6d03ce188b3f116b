package conformance

import (
	"context"
	"errors"
	"time"

	"github.com/actum-go/actum/proactor"
)

func testStopBeforeRun(f *fixture) {
	c := f.call(nil)
	f.d.Post(c.start())
	f.d.Stop()
	if err := f.d.Run(); err != nil || c.done != 0 {
		f.t.Fatalf("Run after Stop: %v, %d handlers called", err, c.done)
	}
	c.then = f.d.Stop
	if err := f.d.Run(); err != nil || c.done != 1 {
		f.t.Fatalf("Run again: %v, %d handlers called", err, c.done)
	}
}

// testStopInHandler stops in the middle of a batch of completions: the next Run
// gets the rest.
func testStopInHandler(f *fixture) {
	var calls [10]*call
	total := 0
	for i := range calls {
		calls[i] = f.call(func() {
			total++
			if i == 4 || i == 9 {
				f.d.Stop()
			}
		})
		f.d.Post(calls[i].start())
	}
	for _, want := range []int{5, 10} {
		if err := f.d.Run(); err != nil {
			f.t.Fatal(err)
		}
		if total != want {
			f.t.Errorf("%d handlers called, want %d", total, want)
		}
	}
}

// testStopAndRunAgain stops and runs the dispatcher while a stream is in use.
func testStopAndRunAgain(f *fixture) {
	a, b := f.pair()
	buf := make([]byte, 1)
	read := f.call(nil)
	read.then = func() {
		if read.err != nil {
			f.t.Error(read.err)
		}
		f.d.Stop()
	}
	for range 20 {
		b.Read(read.start(), buf)
		if _, err := a.TryWrite([]byte("x")); err != nil {
			a.Write(f.call(nil).start(), []byte("x"))
		}
		if err := f.d.Run(); err != nil {
			f.t.Fatal(err)
		}
	}
	if read.done != 20 {
		f.t.Errorf("%d reads completed", read.done)
	}
}

func testRunOneContext(f *fixture) {
	ctx, cancel := context.WithCancel(context.Background())
	c := f.call(nil)
	f.d.Post(c.start())
	if n, err := f.d.RunOne(ctx); n != 1 || err != nil {
		f.t.Errorf("RunOne: %d, %v", n, err)
	}
	go cancel()
	if n, err := f.d.RunOne(ctx); n != 0 || !errors.Is(err, context.Canceled) {
		f.t.Errorf("RunOne with a cancelled context: %d, %v", n, err)
	}
	f.d.Stop()
	if n, err := f.d.RunOne(context.Background()); n != 0 || err != proactor.ErrStopped {
		f.t.Errorf("RunOne after Stop: %d, %v", n, err)
	}
}

func testPollDoesNotWait(f *fixture) {
	c := f.call(nil)
	f.d.StartTimer(c.start(), time.Hour)
	if n, err := f.d.Poll(); n != 0 || err != nil {
		f.t.Errorf("Poll with nothing to do: %d, %v", n, err)
	}
	f.d.Cancel(&c.op)
	if n, err := f.d.Poll(); n != 1 || err != nil {
		f.t.Errorf("Poll with one completion: %d, %v", n, err)
	}
}

// testOneRunsAtATime tries to dispatch from inside a handler.
func testOneRunsAtATime(f *fixture) {
	c := f.call(func() {
		if _, err := f.d.Poll(); err != proactor.ErrRunning {
			f.t.Errorf("Poll in a handler: %v", err)
		}
		if err := f.d.Run(); err != proactor.ErrRunning {
			f.t.Errorf("Run in a handler: %v", err)
		}
	})
	f.d.Post(c.start())
	f.ok(c)
}
