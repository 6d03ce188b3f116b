package conformance

import (
	"errors"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
)

// testEvent: each signal completes one wait, in the order of the waits, and signals that
// no operation waits for are counted.
func testEvent(f *fixture) {
	e := f.d.NewEvent()
	first, second := f.call(nil), f.call(nil)
	e.Wait(first.start())
	e.Wait(second.start())
	e.Signal()
	if f.ok(first); first.n != 1 || first.op.Kind() != proactor.KindEvent || !second.idle() && second.done > 0 {
		f.t.Errorf("the first wait: %d signals, the second completed %d times", first.n, second.done)
	}
	go e.Signal()
	f.ok(second)
	for range 3 {
		e.Signal()
	}
	e.Wait(first.start())
	if f.ok(first); first.n != 3 {
		f.t.Errorf("%d signals, want 3", first.n)
	}
}

// testEventFromManyGoroutines: no signal is lost.
func testEventFromManyGoroutines(f *fixture) {
	e := f.d.NewEvent()
	const goroutines, signals = 4, 100
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range signals {
				e.Signal()
			}
		})
	}
	defer all.Wait()
	got := 0
	var c *call
	c = f.call(func() {
		if got += c.n; got < goroutines*signals && c.err == nil {
			e.Wait(c.start())
		}
	})
	e.Wait(c.start())
	f.until("the signals", func() bool { return got >= goroutines*signals })
	if got != goroutines*signals {
		f.t.Errorf("%d signals", got)
	}
}

// testEventEnds: a wait can be ended in all ways, and takes no signal with it.
func testEventEnds(f *fixture) {
	e := f.d.NewEvent()
	var group proactor.CancelGroup
	c := f.call(nil)
	c.op.SetCancelGroup(&group)
	for _, cancel := range []func(){func() { f.d.Cancel(&c.op) }, group.Cancel, f.d.CancelAll} {
		e.Wait(c.start())
		cancel()
		f.canceled(c)
	}
	c.op.SetTimeout(time.Millisecond)
	e.Wait(c.start())
	if f.wait(c); !errors.Is(c.err, proactor.ErrDeadlineExceeded) {
		f.t.Errorf("timed out: %v", c.err)
	}
	c.op.SetTimeout(0)
	e.Signal()
	e.Wait(c.start())
	if f.ok(c); c.n != 1 {
		f.t.Errorf("%d signals", c.n)
	}
	e.Wait(c.start())
	f.d.Close()
	if !errors.Is(c.err, proactor.ErrClosed) {
		f.t.Errorf("closed: %v", c.err)
	}
	e.Signal() // has no effect
}

// testEventAgain: a handler that waits again after each signal ends with Close.
func testEventAgain(f *fixture) {
	e := f.d.NewEvent()
	var c *call
	c = f.call(func() {
		if c.err == nil {
			e.Wait(c.start())
		}
	})
	e.Wait(c.start())
	e.Signal()
	f.d.Close()
	if !errors.Is(c.err, proactor.ErrClosed) {
		f.t.Errorf("closed: %v", c.err)
	}
}
