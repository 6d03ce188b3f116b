package conformance

import (
	"time"

	"github.com/actum-go/actum/proactor"
)

// What completes at once, again and again, must not keep the rest waiting. Each of
// these tests has something that never rests, and everything else goes on beside
// it: a dispatcher that served it first would never come to the others.

// work is what a handler does that never rests: where time is virtual that is what
// makes it pass.
func (r *fixture) work() {
	if r.virtual {
		r.sleep(20 * time.Microsecond)
	}
}

// everythingGoesOn has a post, a timer, reads and writes, an accept and a connect
// complete.
func (r *fixture) everythingGoesOn() {
	r.t.Helper()
	a, b := r.pair()
	buf := make([]byte, 4)
	for range 5 {
		r.write(a, []byte("ping"))
		r.read(b, buf)
		post, timer := r.call(nil), r.call(nil)
		r.d.Post(post.start())
		r.d.StartTimer(timer.start(), short)
		r.ok(post)
		r.ok(timer)
	}
}

// testFairToTimers: more timers than a round takes expire all the time.
func testFairToTimers(r *fixture) {
	stop := false
	timers := make([]*call, 500)
	for i := range timers {
		timers[i] = r.call(func() {
			r.work()
			if !stop {
				r.d.StartTimer(timers[i].start(), 0)
			}
		})
		r.d.StartTimer(timers[i].start(), 0)
	}
	r.everythingGoesOn()
	for _, c := range timers {
		r.until("each timer's share", func() bool { return c.done >= 2 })
	}
	stop = true
	for _, c := range timers {
		r.wait(c)
	}
}

// testFairToTickers: a period that is shorter than a round.
func testFairToTickers(r *fixture) {
	ticker := r.ticks(1, func(*call) { r.work() })
	r.everythingGoesOn()
	r.d.Cancel(&ticker.op)
	r.until("the end", ticker.idle)
}

// testFairToStreams: a stream that moves bytes as fast as it can.
func testFairToStreams(r *fixture) {
	a, b := r.pair()
	out, in := make([]byte, 64<<10), make([]byte, 64<<10)
	stop := false
	var write, read *call
	write = r.call(func() {
		r.work()
		if !stop {
			a.Write(write.start(), out)
		}
	})
	read = r.call(func() {
		if !stop {
			b.Read(read.start(), in)
		}
	})
	a.Write(write.start(), out)
	b.Read(read.start(), in)
	r.everythingGoesOn()
	r.until("the stream's share", func() bool { return write.done >= 10 && read.done >= 10 })
	stop = true
	r.d.CancelAll()
	r.wait(write)
	r.wait(read)
}

// testFairToCancelled: operations that are cancelled as soon as they are started.
func testFairToCancelled(r *fixture) {
	a, _ := r.pair()
	buf := make([]byte, 1)
	stop := false
	var read *call
	read = r.call(func() {
		r.work()
		if read.err != proactor.ErrCanceled {
			r.t.Errorf("read: %v", read.err)
		}
		if !stop {
			a.Read(read.start(), buf)
			r.d.Cancel(&read.op)
		}
	})
	a.Read(read.start(), buf)
	r.d.Cancel(&read.op)
	r.everythingGoesOn()
	r.until("its share", func() bool { return read.done >= 10 })
	stop = true
	r.wait(read)
}
