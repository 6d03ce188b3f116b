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
func testCancelGroup(f *fixture) {
	var mine, other proactor.CancelGroup
	var ours []*call
	theirs := map[string]*call{}
	starters, others := f.starters(), f.starters()
	for name, start := range starters {
		c := f.call(nil)
		c.op.SetCancelGroup(&mine)
		start(c.start())
		ours = append(ours, c)
		theirs[name] = f.call(nil)
		theirs[name].op.SetCancelGroup(&other)
		others[name](theirs[name].start())
	}
	if mine.Outstanding() != len(starters) || other.Outstanding() != len(starters) {
		f.t.Errorf("%d and %d outstanding, want %d", mine.Outstanding(), other.Outstanding(), len(starters))
	}
	mine.Cancel()
	for _, c := range ours {
		f.canceled(c)
	}
	if mine.Outstanding() != 0 {
		f.t.Errorf("%d outstanding after Cancel", mine.Outstanding())
	}
	mine.Cancel()
	for name, c := range theirs {
		if c.done != 0 {
			f.t.Errorf("%s of another group has completed: %v", name, c.err)
		}
	}
	ours[0].op.SetCancelGroup(nil)
	f.d.StartTimer(ours[0].start(), time.Hour)
	mine.Cancel()
	f.d.StartTimer(ours[1].start(), 0)
	f.ok(ours[1])
	if ours[0].idle() {
		f.t.Error("an operation without a group was cancelled")
	}
}

// testCancelGroupRace cancels from another goroutine while the group's operations
// complete and are started again, as fast as they can.
func testCancelGroupRace(f *fixture) {
	const rounds = 300
	var group proactor.CancelGroup
	a, b := f.pair()
	var read, write, timer *call
	check := func(c *call) {
		if c.err != nil && c.err != proactor.ErrCanceled {
			f.t.Errorf("%v: %v", c.op.Kind(), c.err)
		}
	}
	in, out := make([]byte, 100), make([]byte, 1)
	read = f.call(func() {
		check(read)
		if read.started < rounds {
			b.Read(read.start(), in)
		}
	})
	write = f.call(func() {
		check(write)
		if write.started < 10*rounds && !(read.idle() && timer.idle()) {
			a.Write(write.start(), out)
		}
	})
	timer = f.call(func() {
		check(timer)
		if timer.started < rounds {
			f.d.StartTimer(timer.start(), time.Microsecond)
		}
	})
	for _, c := range []*call{read, write, timer} {
		c.op.SetCancelGroup(&group)
	}
	b.Read(read.start(), in)
	f.d.StartTimer(timer.start(), time.Microsecond)
	a.Write(write.start(), out)
	var canceller sync.WaitGroup
	var stop atomic.Bool
	canceller.Go(func() {
		for !stop.Load() {
			group.Cancel()
			runtime.Gosched()
		}
	})
	f.until("all rounds", func() bool { return read.idle() && timer.idle() && write.idle() })
	stop.Store(true)
	canceller.Wait()
	if group.Outstanding() != 0 {
		f.t.Errorf("%d outstanding in the end", group.Outstanding())
	}
}

// testCancelGroupOfMultishot cancels a multishot accept through its group, while it
// waits and in its handler. It also lets the accept time out, counting from the
// last connection.
func testCancelGroupOfMultishot(f *fixture) {
	ln := f.listen()
	var group proactor.CancelGroup
	inHandler := false
	accept := f.call(nil)
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
		connect := f.call(nil)
		f.connect(connect, ln)
		f.ok(connect)
		f.until("the connection", func() bool { return accept.done > before })
		if !inHandler {
			group.Cancel()
		}
		f.until("the end", accept.idle)
		if accept.err != proactor.ErrCanceled || accept.op.More() || group.Outstanding() != 0 {
			f.t.Errorf("in handler %v: %v, more %v, %d outstanding", inHandler, accept.err, accept.op.More(), group.Outstanding())
		}
	}
	inHandler = false
	accept.op.SetTimeout(short)
	ln.AcceptMultishot(accept.start())
	f.until("the timeout", accept.idle)
	if accept.err != proactor.ErrDeadlineExceeded {
		f.t.Errorf("a multishot accept that ran out of time: %v", accept.err)
	}
}
