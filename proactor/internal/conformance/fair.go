package conformance

import (
	"time"

	"github.com/actum-go/actum/proactor"
)

// Operations that complete at once, again and again, must not starve others. Each
// of these tests keeps the dispatcher busy in one way and checks that everything
// else still makes progress.

// work is done by a busy handler: it makes virtual time pass.
func (f *fixture) work() {
	if f.virtual {
		f.sleep(20 * time.Microsecond)
	}
}

// checkProgress completes a post, a timer, reads and writes, an accept and a
// connect.
func (f *fixture) checkProgress() {
	f.t.Helper()
	a, b := f.pair()
	buf := make([]byte, 4)
	for range 5 {
		f.write(a, []byte("ping"))
		f.read(b, buf)
		post, timer := f.call(nil), f.call(nil)
		f.d.Post(post.start())
		f.d.StartTimer(timer.start(), short)
		f.ok(post)
		f.ok(timer)
	}
}

// testFairToTimers: in each round more timers expire than a round takes.
func testFairToTimers(f *fixture) {
	stop := false
	timers := make([]*call, 500)
	for i := range timers {
		timers[i] = f.call(func() {
			f.work()
			if !stop {
				f.d.StartTimer(timers[i].start(), 0)
			}
		})
		f.d.StartTimer(timers[i].start(), 0)
	}
	f.checkProgress()
	for _, c := range timers {
		f.until("each timer's share", func() bool { return c.done >= 2 })
	}
	stop = true
	for _, c := range timers {
		f.wait(c)
	}
}

// testFairToTickers: a ticker whose period is shorter than a round.
func testFairToTickers(f *fixture) {
	ticker := f.ticks(1, func(*call) { f.work() })
	f.checkProgress()
	f.d.Cancel(&ticker.op)
	f.until("the end", ticker.idle)
}

// testFairToStreams: a stream that moves bytes as fast as it can.
func testFairToStreams(f *fixture) {
	a, b := f.pair()
	out, in := make([]byte, 64<<10), make([]byte, 64<<10)
	stop := false
	var write, read *call
	write = f.call(func() {
		f.work()
		if !stop {
			a.Write(write.start(), out)
		}
	})
	read = f.call(func() {
		if !stop {
			b.Read(read.start(), in)
		}
	})
	a.Write(write.start(), out)
	b.Read(read.start(), in)
	f.checkProgress()
	f.until("the stream's share", func() bool { return write.done >= 10 && read.done >= 10 })
	stop = true
	f.d.CancelAll()
	f.wait(write)
	f.wait(read)
}

// testFairToCancelled: operations that are cancelled as soon as they are started.
func testFairToCancelled(f *fixture) {
	a, _ := f.pair()
	buf := make([]byte, 1)
	stop := false
	var read *call
	read = f.call(func() {
		f.work()
		if read.err != proactor.ErrCanceled {
			f.t.Errorf("read: %v", read.err)
		}
		if !stop {
			a.Read(read.start(), buf)
			f.d.Cancel(&read.op)
		}
	})
	a.Read(read.start(), buf)
	f.d.Cancel(&read.op)
	f.checkProgress()
	f.until("its share", func() bool { return read.done >= 10 })
	stop = true
	f.wait(read)
}
