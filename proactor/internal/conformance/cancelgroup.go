package conformance

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor"
)

// testCancelGroup cancels the operations of one group on several handles and
// timers, and none of another group.
func testCancelGroup(r *fixture) {
	var mine, other proactor.CancelGroup
	var ours []*call
	theirs := map[string]*call{}
	starters, others := r.starters(), r.starters()
	for name, start := range starters {
		c := r.call(nil)
		c.op.SetCancelGroup(&mine)
		start(c.start())
		ours = append(ours, c)
		theirs[name] = r.call(nil)
		theirs[name].op.SetCancelGroup(&other)
		others[name](theirs[name].start())
	}
	if mine.Outstanding() != len(starters) || other.Outstanding() != len(starters) {
		r.t.Errorf("%d and %d outstanding, want %d", mine.Outstanding(), other.Outstanding(), len(starters))
	}
	mine.Cancel()
	for _, c := range ours {
		r.canceled(c)
	}
	if mine.Outstanding() != 0 {
		r.t.Errorf("%d outstanding after Cancel", mine.Outstanding())
	}
	mine.Cancel()
	for name, c := range theirs {
		if c.done != 0 {
			r.t.Errorf("%s of another group has completed: %v", name, c.err)
		}
	}
	ours[0].op.SetCancelGroup(nil)
	r.d.StartTimer(ours[0].start(), time.Hour)
	mine.Cancel()
	r.d.StartTimer(ours[1].start(), 0)
	r.ok(ours[1])
	if ours[0].idle() {
		r.t.Error("an operation without a group was cancelled")
	}
}

// testCancelGroupRace cancels from another goroutine while the group's operations
// complete and are started again, as fast as they can.
func testCancelGroupRace(r *fixture) {
	const rounds = 300
	var group proactor.CancelGroup
	a, b := r.pair()
	var read, write, timer *call
	check := func(c *call) {
		if c.err != nil && c.err != proactor.ErrCanceled {
			r.t.Errorf("%v: %v", c.op.Kind(), c.err)
		}
	}
	in, out := make([]byte, 100), make([]byte, 1)
	read = r.call(func() {
		check(read)
		if read.started < rounds {
			b.Read(read.start(), in)
		}
	})
	write = r.call(func() {
		check(write)
		if write.started < 10*rounds && !(read.idle() && timer.idle()) {
			a.Write(write.start(), out)
		}
	})
	timer = r.call(func() {
		check(timer)
		if timer.started < rounds {
			r.d.StartTimer(timer.start(), time.Microsecond)
		}
	})
	for _, c := range []*call{read, write, timer} {
		c.op.SetCancelGroup(&group)
	}
	b.Read(read.start(), in)
	r.d.StartTimer(timer.start(), time.Microsecond)
	a.Write(write.start(), out)
	var canceller sync.WaitGroup
	var stop atomic.Bool
	canceller.Go(func() {
		for !stop.Load() {
			group.Cancel()
			runtime.Gosched()
		}
	})
	r.until("all rounds", func() bool { return read.idle() && timer.idle() && write.idle() })
	stop.Store(true)
	canceller.Wait()
	if group.Outstanding() != 0 {
		r.t.Errorf("%d outstanding in the end", group.Outstanding())
	}
}

// testCancelGroupOfMultishot cancels a multishot accept through its group, while it
// waits and in its handler. It also lets the accept time out, counting from the
// last connection.
func testCancelGroupOfMultishot(r *fixture) {
	ln := r.listen()
	var group proactor.CancelGroup
	inHandler := false
	accept := r.call(nil)
	accept.op.SetCancelGroup(&group)
	accept.then = func() {
		if accept.err == nil {
			accept.started++ // each completion counts as one start
			accept.stream.Close()
		}
		if inHandler {
			group.Cancel()
		}
	}
	for _, inHandler = range []bool{false, true} {
		ln.AcceptMultishot(accept.start())
		before := accept.done
		connect := r.call(nil)
		r.connect(connect, ln)
		r.ok(connect)
		r.until("the connection", func() bool { return accept.done > before })
		if !inHandler {
			group.Cancel()
		}
		r.until("the end", accept.idle)
		if accept.err != proactor.ErrCanceled || accept.op.More() || group.Outstanding() != 0 {
			r.t.Errorf("in handler %v: %v, more %v, %d outstanding", inHandler, accept.err, accept.op.More(), group.Outstanding())
		}
	}
	inHandler = false
	accept.op.SetTimeout(short)
	ln.AcceptMultishot(accept.start())
	r.until("the timeout", accept.idle)
	if accept.err != proactor.ErrDeadlineExceeded {
		r.t.Errorf("a multishot accept that ran out of time: %v", accept.err)
	}
}
