package conformance

import (
	"errors"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
)

// testEvent: each signal completes one wait, in the order of the waits, and signals that
// no operation waits for are counted.
func testEvent(r *fixture) {
	e := r.d.NewEvent()
	first, second := r.call(nil), r.call(nil)
	e.Wait(first.start())
	e.Wait(second.start())
	e.Signal()
	if r.ok(first); first.n != 1 || first.op.Kind() != proactor.KindEvent || !second.idle() && second.done > 0 {
		r.t.Errorf("the first wait: %d signals, the second completed %d times", first.n, second.done)
	}
	go e.Signal()
	r.ok(second)
	for range 3 {
		e.Signal()
	}
	e.Wait(first.start())
	if r.ok(first); first.n != 3 {
		r.t.Errorf("%d signals, want 3", first.n)
	}
}

// testEventFromManyGoroutines: no signal is lost.
func testEventFromManyGoroutines(r *fixture) {
	e := r.d.NewEvent()
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
	c = r.call(func() {
		if got += c.n; got < goroutines*signals && c.err == nil {
			e.Wait(c.start())
		}
	})
	e.Wait(c.start())
	r.until("the signals", func() bool { return got >= goroutines*signals })
	if got != goroutines*signals {
		r.t.Errorf("%d signals", got)
	}
}

// testEventEnds: a wait can be ended in all ways, and takes no signal with it.
func testEventEnds(r *fixture) {
	e := r.d.NewEvent()
	var group proactor.CancelGroup
	c := r.call(nil)
	c.op.SetCancelGroup(&group)
	for _, cancel := range []func(){func() { r.d.Cancel(&c.op) }, group.Cancel, r.d.CancelAll} {
		e.Wait(c.start())
		cancel()
		r.canceled(c)
	}
	c.op.SetTimeout(time.Millisecond)
	e.Wait(c.start())
	if r.wait(c); !errors.Is(c.err, proactor.ErrDeadlineExceeded) {
		r.t.Errorf("timed out: %v", c.err)
	}
	c.op.SetTimeout(0)
	e.Signal()
	e.Wait(c.start())
	if r.ok(c); c.n != 1 {
		r.t.Errorf("%d signals", c.n)
	}
	e.Wait(c.start())
	r.d.Close()
	if !errors.Is(c.err, proactor.ErrClosed) {
		r.t.Errorf("closed: %v", c.err)
	}
	e.Signal() // has no effect
}

// testEventAgain: a handler that waits again after each signal ends with Close.
func testEventAgain(r *fixture) {
	e := r.d.NewEvent()
	var c *call
	c = r.call(func() {
		if c.err == nil {
			e.Wait(c.start())
		}
	})
	e.Wait(c.start())
	e.Signal()
	r.d.Close()
	if !errors.Is(c.err, proactor.ErrClosed) {
		r.t.Errorf("closed: %v", c.err)
	}
}
