package conformance

import (
	"math"
	"time"

	"github.com/actum-go/actum/proactor"
)

func testTimerAt(r *fixture) {
	c := r.call(nil)
	for _, after := range []time.Duration{-time.Hour, 0, short} {
		when := r.d.Now() + after
		r.d.StartTimerAt(c.start(), when)
		r.ok(c)
		if now := r.d.Now(); now < when {
			r.t.Errorf("a timer for %v expired at %v", when, now)
		}
	}
	partial := time.Now()
	r.d.StartAlarm(c.start(), partial.Add(-time.Hour))
	r.ok(c)
	now := r.d.Now()
	r.d.StartAlarm(c.start(), time.Now().Add(time.Hour))
	r.d.Cancel(&c.op)
	r.canceled(c)
	r.d.StartAlarm(c.start(), time.Now().Add(short))
	r.ok(c)
	if r.d.Now() == now {
		r.t.Error("an alarm expired at once")
	}
}

// ticks starts a ticker and counts periods: the handler is called less often if it
// is late.
func (r *fixture) ticks(every time.Duration, then func(c *call)) *call {
	c := r.call(nil)
	c.then = func() {
		if c.err == nil {
			c.started++ // each completion counts as one start
			if c.n < 1 || !c.op.More() || !c.op.Outstanding() {
				r.t.Errorf("tick: %d periods, more %v, outstanding %v", c.n, c.op.More(), c.op.Outstanding())
			}
		}
		then(c)
	}
	r.d.StartTicker(c.start(), every)
	return c
}

// testTicker: ticks come at multiples of the period, never before, and the time
// that the handler takes does not add up: however late a round is, its ticks
// account for all periods that had passed when it began.
func testTicker(r *fixture) {
	const every, periods = short, 50
	passed := 0
	before := r.d.Now()
	ticker := r.ticks(every, func(c *call) {
		passed += c.n
		if due := before + time.Duration(passed)*every; c.err == nil && r.d.Now() < due {
			r.t.Errorf("after %d periods the clock says %v", passed, r.d.Now()-before)
		}
	})
	after := r.d.Now()
	for calls := 0; passed < periods; calls = ticker.done {
		round := r.d.Now()
		r.until("a tick", func() bool { return ticker.done > calls })
		if all := int((round - after) / every); passed < all {
			r.t.Errorf("%d periods accounted for, %d have passed", passed, all)
		}
	}
	r.d.Cancel(&ticker.op)
	r.until("the end", ticker.idle)
	if ticker.err != proactor.ErrCanceled || ticker.op.More() {
		r.t.Errorf("the end of a ticker: %v, more %v", ticker.err, ticker.op.More())
	}
}

// testTickerCoalesces has a handler that is late: the ticks that it misses become
// one tick with a count, and the next one is on time.
func testTickerCoalesces(r *fixture) {
	const every = 2 * short
	passed, most := 0, 0
	partial := r.d.Now()
	ticker := r.ticks(every, func(c *call) {
		passed += c.n
		most = max(most, c.n)
	})
	sleep := r.call(nil)
	for range 3 { // no dispatcher runs until several periods have passed
		r.pass(5 * every)
		r.d.StartTimer(sleep.start(), 0)
		r.ok(sleep)
		if all := int((r.d.Now() - partial) / every); passed > all {
			r.t.Errorf("%d ticks in %d periods", passed, all)
		}
	}
	if most < 2 {
		r.t.Errorf("at most %d periods in a tick: none was missed", most)
	}
	r.d.Cancel(&ticker.op)
	r.until("the end", ticker.idle)
}

// testTickerCount: a tick may stand for more periods than a 32-bit int holds. Then
// the count is the largest int.
func testTickerCount(r *fixture) {
	if !r.virtual {
		return // it would take three seconds
	}
	const passed = 3 * time.Second
	most := 0
	ticker := r.ticks(1, func(c *call) {
		if most = max(most, c.n); c.n <= 0 && c.err == nil {
			r.t.Errorf("a tick of %d periods", c.n)
		}
	})
	r.pass(passed)
	r.until("a tick", func() bool { return most > 0 })
	r.d.Cancel(&ticker.op)
	r.until("the end", ticker.idle)
	if int64(most) < min(int64(passed), math.MaxInt) {
		r.t.Errorf("a tick of %d periods, where %d have passed", most, passed)
	}
}

// pass lets the dispatcher's time pass inside a handler.
func (r *fixture) pass(d time.Duration) {
	c := r.call(nil)
	c.then = func() {
		for until := r.d.Now() + d; r.d.Now() < until; {
			r.sleep(d)
		}
	}
	r.d.Post(c.start())
	r.ok(c)
}

// testCancelTicker ends tickers from their own handler, between ticks, through
// CancelAll, and by a timeout.
func testCancelTicker(r *fixture) {
	ends := map[string]func(c *call){
		"in the handler": func(c *call) { r.d.Cancel(&c.op) },
		"all":            func(*call) { r.d.CancelAll() },
	}
	for name, end := range ends {
		ticker := r.ticks(short, func(c *call) {
			if c.err == nil {
				end(c)
			}
		})
		r.until("the end", ticker.idle)
		if ticker.done != 2 || ticker.err != proactor.ErrCanceled {
			r.t.Errorf("%s: %d calls, the last with %v", name, ticker.done, ticker.err)
		}
	}
	c := r.call(nil)
	c.op.SetTimeout(3*short + short/2)
	ticks := 0
	c.then = func() {
		if c.err == nil {
			c.started++
			ticks += c.n
		}
	}
	r.d.StartTicker(c.start(), short)
	r.until("the timeout", c.idle)
	if c.err != proactor.ErrDeadlineExceeded || ticks > 3 {
		r.t.Errorf("a ticker that ran out of time: %d ticks, %v", ticks, c.err)
	}
	c.then = nil
	r.d.StartTimer(c.start(), 0) // a one-shot timer again
	r.ok(c)
}
