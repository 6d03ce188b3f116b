package conformance

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"context"

	"github.com/actum-go/actum/proactor"
)

func testTimer(r *fixture) {
	for _, after := range []time.Duration{-time.Hour, 0, time.Microsecond, 3 * time.Millisecond} {
		c := r.call(nil)
		partial := r.d.Now()
		r.d.StartTimer(c.start(), after)
		r.ok(c)
		if passed := r.d.Now() - partial; passed < after {
			r.t.Errorf("a timer of %v expired after %v", after, passed)
		}
	}
}

// testTimerFromAnotherGoroutine starts a timer while the dispatcher waits for a
// later one, or without one.
func testTimerFromAnotherGoroutine(r *fixture) {
	later := r.call(nil)
	r.d.StartTimer(later.start(), 24*time.Hour)
	c := r.call(nil)
	op := c.start()
	go r.d.StartTimer(op, time.Millisecond)
	r.until("the timer", func() bool { return c.done == 1 })
	r.d.Cancel(&later.op)
	r.wait(later)
}

// testTenThousandTimers starts timers in random order, cancels a third of them, and
// restarts those that expire early, from their handlers.
func testTenThousandTimers(r *fixture) {
	const timers, rounds = 10_000, 2
	rng := rand.New(rand.NewPCG(1, 2))
	completed := 0
	for i := range timers {
		var c *call
		after := time.Duration(rng.IntN(20_000)) * time.Microsecond
		due := r.d.Now() + after
		c = r.call(func() {
			completed++
			if c.err == nil && r.d.Now() < due {
				r.t.Errorf("timer %d is early by %v", i, due-r.d.Now())
			}
			if c.started < rounds {
				due = r.d.Now() + after/2
				r.d.StartTimer(c.start(), after/2)
			}
		})
		r.d.StartTimer(c.start(), after)
		if i%3 == 0 {
			r.d.Cancel(&c.op)
		}
	}
	r.until("all timers", func() bool { return completed == timers*rounds })
}

func testCancelTimer(r *fixture) {
	first, second := r.call(nil), r.call(nil)
	r.d.StartTimer(first.start(), time.Hour)
	r.d.StartTimer(second.start(), 2*time.Hour)
	r.d.Cancel(&second.op)
	r.d.Cancel(&second.op) // has no effect a second time
	r.wait(second)
	if second.err != proactor.ErrCanceled || !errors.Is(second.err, context.Canceled) {
		r.t.Errorf("cancelled timer: %v", second.err)
	}
	if first.done != 0 {
		r.t.Error("the other timer has completed too")
	}
	r.d.Cancel(&first.op)
	r.wait(first)
	r.d.StartTimer(first.start(), 0)
	r.ok(first)
}

// testCancelTimerRace cancels timers from another goroutine as they expire.
func testCancelTimerRace(r *fixture) {
	const timers = 2000
	completed := 0
	calls := make([]*call, timers)
	for i := range calls {
		calls[i] = r.call(func() { completed++ })
		r.d.StartTimer(calls[i].start(), time.Duration(i)*time.Microsecond)
	}
	var canceller sync.WaitGroup
	canceller.Go(func() {
		for _, c := range calls {
			r.d.Cancel(&c.op)
		}
	})
	r.until("all timers", func() bool { return completed == timers })
	canceller.Wait()
	for _, c := range calls {
		if c.err != nil && c.err != proactor.ErrCanceled {
			r.t.Errorf("timer: %v", c.err)
		}
	}
}
