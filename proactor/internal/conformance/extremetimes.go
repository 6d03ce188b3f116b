package conformance

import (
	"math"
	"time"

	"github.com/actum-go/actum/proactor"
)

// testExtremeTimes: a time too large to be added to the clock means never, and any
// time in the past means now.
func testExtremeTimes(f *fixture) {
	type start struct {
		name string
		do   func(op *proactor.Operation)
	}
	a, _ := f.pair()
	buf := make([]byte, 1)
	timer := func(after time.Duration) start {
		return start{"StartTimer", func(op *proactor.Operation) { f.d.StartTimer(op, after) }}
	}
	timerAt := func(when time.Duration) start {
		return start{"StartTimerAt", func(op *proactor.Operation) { f.d.StartTimerAt(op, when) }}
	}
	alarm := func(t time.Time) start {
		return start{"StartAlarm", func(op *proactor.Operation) { f.d.StartAlarm(op, t) }}
	}
	ticker := func(every time.Duration) start {
		return start{"StartTicker", func(op *proactor.Operation) { f.d.StartTicker(op, every) }}
	}
	timeout := func(after time.Duration) start {
		return start{"SetTimeout", func(op *proactor.Operation) { op.SetTimeout(after); a.Read(op, buf) }}
	}
	deadline := func(t time.Time) start {
		return start{"SetDeadline", func(op *proactor.Operation) { op.SetDeadline(t); a.Read(op, buf) }}
	}
	longAgo, never := time.Unix(-1<<40, 0), time.Unix(1<<40, 0)

	var all []*call
	var names []string
	begin := func(s start) *call {
		c := f.call(nil)
		names, all = append(names, s.name), append(all, c)
		s.do(c.start())
		return c
	}
	// Operations started now complete at once.
	for _, s := range []start{
		timer(math.MinInt64), timer(-1), timer(0), timerAt(math.MinInt64), timerAt(-1), timerAt(0), alarm(longAgo), alarm(time.Time{}),
	} {
		f.ok(begin(s))
	}
	for _, s := range []start{timeout(math.MinInt64), timeout(-1), deadline(longAgo)} {
		c := begin(s)
		if f.wait(c); c.err != proactor.ErrDeadlineExceeded {
			f.t.Errorf("%s in the past: %v", s.name, c.err)
		}
	}
	// Operations started now do not complete before they are cancelled.
	all, names = nil, nil
	far := []time.Duration{math.MaxInt64, math.MaxInt64 - 1, math.MaxInt64 / 2, math.MaxInt64 - f.d.Now(), math.MaxInt64 - f.d.Now() - 1}
	for _, d := range far {
		for _, s := range []start{timer(d), timerAt(d), ticker(d), timeout(d)} {
			begin(s)
		}
	}
	begin(alarm(never))
	begin(deadline(never))
	begin(alarm(time.Now().Add(math.MaxInt64)))
	begin(deadline(time.Now().Add(math.MaxInt64)))
	soon := f.call(nil)
	f.d.StartTimer(soon.start(), time.Millisecond)
	f.ok(soon)
	for i, c := range all {
		if !c.op.Outstanding() {
			f.t.Errorf("start %d, %s: over after a millisecond: %d, %v", i, names[i], c.n, c.err)
			continue
		}
		f.d.Cancel(&c.op)
		if f.wait(c); c.err != proactor.ErrCanceled {
			f.t.Errorf("start %d, %s: cancelled: %v", i, names[i], c.err)
		}
	}
}
