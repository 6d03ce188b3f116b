package conformance

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"context"

	"github.com/actum-go/actum/proactor"
)

func testTimer(f *fixture) {
	for _, after := range []time.Duration{-time.Hour, 0, time.Microsecond, 3 * time.Millisecond} {
		c := f.call(nil)
		partial := f.d.Now()
		f.d.StartTimer(c.start(), after)
		f.ok(c)
		if passed := f.d.Now() - partial; passed < after {
			f.t.Errorf("a timer of %v expired after %v", after, passed)
		}
	}
}

// testTimerFromAnotherGoroutine starts a timer while the dispatcher waits for a
// later one, or without one.
func testTimerFromAnotherGoroutine(f *fixture) {
	later := f.call(nil)
	f.d.StartTimer(later.start(), 24*time.Hour)
	c := f.call(nil)
	op := c.start()
	go f.d.StartTimer(op, time.Millisecond)
	f.until("the timer", func() bool { return c.done == 1 })
	f.d.Cancel(&later.op)
	f.wait(later)
}

// testTenThousandTimers starts timers in random order, cancels a third of them, and
// restarts those that expire early, from their handlers.
func testTenThousandTimers(f *fixture) {
	const timers, rounds = 10_000, 2
	rng := rand.New(rand.NewPCG(1, 2))
	completed := 0
	for i := range timers {
		var c *call
		after := time.Duration(rng.IntN(20_000)) * time.Microsecond
		due := f.d.Now() + after
		c = f.call(func() {
			completed++
			if c.err == nil && f.d.Now() < due {
				f.t.Errorf("timer %d is early by %v", i, due-f.d.Now())
			}
			if c.started < rounds {
				due = f.d.Now() + after/2
				f.d.StartTimer(c.start(), after/2)
			}
		})
		f.d.StartTimer(c.start(), after)
		if i%3 == 0 {
			f.d.Cancel(&c.op)
		}
	}
	f.until("all timers", func() bool { return completed == timers*rounds })
}

func testCancelTimer(f *fixture) {
	first, second := f.call(nil), f.call(nil)
	f.d.StartTimer(first.start(), time.Hour)
	f.d.StartTimer(second.start(), 2*time.Hour)
	f.d.Cancel(&second.op)
	f.d.Cancel(&second.op) // has no effect a second time
	f.wait(second)
	if second.err != proactor.ErrCanceled || !errors.Is(second.err, context.Canceled) {
		f.t.Errorf("cancelled timer: %v", second.err)
	}
	if first.done != 0 {
		f.t.Error("the other timer has completed too")
	}
	f.d.Cancel(&first.op)
	f.wait(first)
	f.d.StartTimer(first.start(), 0)
	f.ok(first)
}

// testCancelTimerRace cancels timers from another goroutine as they expire.
func testCancelTimerRace(f *fixture) {
	const timers = 2000
	completed := 0
	calls := make([]*call, timers)
	for i := range calls {
		calls[i] = f.call(func() { completed++ })
		f.d.StartTimer(calls[i].start(), time.Duration(i)*time.Microsecond)
	}
	var canceller sync.WaitGroup
	canceller.Go(func() {
		for _, c := range calls {
			f.d.Cancel(&c.op)
		}
	})
	f.until("all timers", func() bool { return completed == timers })
	canceller.Wait()
	for _, c := range calls {
		if c.err != nil && c.err != proactor.ErrCanceled {
			f.t.Errorf("timer: %v", c.err)
		}
	}
}
