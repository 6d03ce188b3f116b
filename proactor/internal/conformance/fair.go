package conformance

import (
	"time"

	"github.com/actum-go/actum/proactor"
)

// Operations that complete at once, again and again, must not starve others. Each
// of these tests keeps the dispatcher busy in one way and checks that everything
// else still makes progress.

// work is done by a busy handler: it makes virtual time pass.
func (r *fixture) work() {
	if r.virtual {
		r.sleep(20 * time.Microsecond)
	}
}

// checkProgress completes a post, a timer, reads and writes, an accept and a
// connect.
func (r *fixture) checkProgress() {
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

// testFairToTimers: in each round more timers expire than a round takes.
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
	r.checkProgress()
	for _, c := range timers {
		r.until("each timer's share", func() bool { return c.done >= 2 })
	}
	stop = true
	for _, c := range timers {
		r.wait(c)
	}
}

// testFairToTickers: a ticker whose period is shorter than a round.
func testFairToTickers(r *fixture) {
	ticker := r.ticks(1, func(*call) { r.work() })
	r.checkProgress()
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
	r.checkProgress()
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
	r.checkProgress()
	r.until("its share", func() bool { return read.done >= 10 })
	stop = true
	r.wait(read)
}
