package conformance

import (
	"math"
	"time"

	"github.com/actum-go/actum/proactor"
)

func testTimerAt(f *fixture) {
	c := f.call(nil)
	for _, after := range []time.Duration{-time.Hour, 0, short} {
		when := f.d.Now() + after
		f.d.StartTimerAt(c.start(), when)
		f.ok(c)
		if now := f.d.Now(); now < when {
			f.t.Errorf("a timer for %v expired at %v", when, now)
		}
	}
	partial := time.Now()
	f.d.StartAlarm(c.start(), partial.Add(-time.Hour))
	f.ok(c)
	now := f.d.Now()
	f.d.StartAlarm(c.start(), time.Now().Add(time.Hour))
	f.d.Cancel(&c.op)
	f.canceled(c)
	f.d.StartAlarm(c.start(), time.Now().Add(short))
	f.ok(c)
	if f.d.Now() == now {
		f.t.Error("an alarm expired at once")
	}
}

// ticks starts a ticker and counts periods: the handler is called less often if it
// is late.
func (f *fixture) ticks(every time.Duration, then func(c *call)) *call {
	c := f.call(nil)
	c.then = func() {
		if c.err == nil {
			c.started++ // each completion counts as one start
			if c.n < 1 || !c.op.More() || !c.op.Outstanding() {
				f.t.Errorf("tick: %d periods, more %v, outstanding %v", c.n, c.op.More(), c.op.Outstanding())
			}
		}
		then(c)
	}
	f.d.StartTicker(c.start(), every)
	return c
}

// testTicker: ticks come at multiples of the period, never before, and the time
// that the handler takes does not add up: however late a round is, its ticks
// account for all periods that had passed when it began.
func testTicker(f *fixture) {
	const every, periods = short, 50
	passed := 0
	before := f.d.Now()
	ticker := f.ticks(every, func(c *call) {
		passed += c.n
		if due := before + time.Duration(passed)*every; c.err == nil && f.d.Now() < due {
			f.t.Errorf("after %d periods the clock says %v", passed, f.d.Now()-before)
		}
	})
	after := f.d.Now()
	for calls := 0; passed < periods; calls = ticker.done {
		round := f.d.Now()
		f.until("a tick", func() bool { return ticker.done > calls })
		if all := int((round - after) / every); passed < all {
			f.t.Errorf("%d periods accounted for, %d have passed", passed, all)
		}
	}
	f.d.Cancel(&ticker.op)
	f.until("the end", ticker.idle)
	if ticker.err != proactor.ErrCanceled || ticker.op.More() {
		f.t.Errorf("the end of a ticker: %v, more %v", ticker.err, ticker.op.More())
	}
}

// testTickerCoalesces has a handler that is late: the ticks that it misses become
// one tick with a count, and the next one is on time.
func testTickerCoalesces(f *fixture) {
	const every = 2 * short
	passed, most := 0, 0
	partial := f.d.Now()
	ticker := f.ticks(every, func(c *call) {
		passed += c.n
		most = max(most, c.n)
	})
	sleep := f.call(nil)
	for range 3 { // no dispatcher runs until several periods have passed
		f.pass(5 * every)
		f.d.StartTimer(sleep.start(), 0)
		f.ok(sleep)
		if all := int((f.d.Now() - partial) / every); passed > all {
			f.t.Errorf("%d ticks in %d periods", passed, all)
		}
	}
	if most < 2 {
		f.t.Errorf("at most %d periods in a tick: none was missed", most)
	}
	f.d.Cancel(&ticker.op)
	f.until("the end", ticker.idle)
}

// testTickerCount: a tick may stand for more periods than a 32-bit int holds. Then
// the count is the largest int.
func testTickerCount(f *fixture) {
	if !f.virtual {
		return // it would take three seconds
	}
	const passed = 3 * time.Second
	most := 0
	ticker := f.ticks(1, func(c *call) {
		if most = max(most, c.n); c.n <= 0 && c.err == nil {
			f.t.Errorf("a tick of %d periods", c.n)
		}
	})
	f.pass(passed)
	f.until("a tick", func() bool { return most > 0 })
	f.d.Cancel(&ticker.op)
	f.until("the end", ticker.idle)
	if int64(most) < min(int64(passed), math.MaxInt) {
		f.t.Errorf("a tick of %d periods, where %d have passed", most, passed)
	}
}

// pass lets the dispatcher's time pass inside a handler.
func (f *fixture) pass(d time.Duration) {
	c := f.call(nil)
	c.then = func() {
		for until := f.d.Now() + d; f.d.Now() < until; {
			f.sleep(d)
		}
	}
	f.d.Post(c.start())
	f.ok(c)
}

// testCancelTicker ends tickers from their own handler, between ticks, through
// CancelAll, and by a timeout.
func testCancelTicker(f *fixture) {
	ends := map[string]func(c *call){
		"in the handler": func(c *call) { f.d.Cancel(&c.op) },
		"all":            func(*call) { f.d.CancelAll() },
	}
	for name, end := range ends {
		ticker := f.ticks(short, func(c *call) {
			if c.err == nil {
				end(c)
			}
		})
		f.until("the end", ticker.idle)
		if ticker.done != 2 || ticker.err != proactor.ErrCanceled {
			f.t.Errorf("%s: %d calls, the last with %v", name, ticker.done, ticker.err)
		}
	}
	c := f.call(nil)
	c.op.SetTimeout(3*short + short/2)
	ticks := 0
	c.then = func() {
		if c.err == nil {
			c.started++
			ticks += c.n
		}
	}
	f.d.StartTicker(c.start(), short)
	f.until("the timeout", c.idle)
	if c.err != proactor.ErrDeadlineExceeded || ticks > 3 {
		f.t.Errorf("a ticker that ran out of time: %d ticks, %v", ticks, c.err)
	}
	c.then = nil
	f.d.StartTimer(c.start(), 0) // a one-shot timer again
	f.ok(c)
}
