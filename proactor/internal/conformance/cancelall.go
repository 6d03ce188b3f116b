package conformance

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor"
)

// testCancelHandle cancels operations in progress and waiting ones, in both
// directions of one handle. The other end is not affected.
func testCancelHandle(r *fixture) {
	a, b := r.pair()
	write, sent := r.fill(a)
	var reads [3]*call
	for i := range reads {
		reads[i] = r.call(nil)
		a.Read(reads[i].start(), make([]byte, 1))
	}
	waiting := r.call(nil)
	a.WriteV(waiting.start(), [][]byte{[]byte("never")})
	a.Cancel()
	for _, c := range reads {
		r.canceled(c)
	}
	r.canceled(waiting)
	r.wait(write)
	if write.err != nil && write.err != proactor.ErrCanceled {
		r.t.Errorf("cancelled write: %d, %v", write.n, write.err)
	}
	a.Cancel() // nothing is outstanding

	r.read(b, make([]byte, sent+write.n))
	r.write(a, []byte("on"))
	got := make([]byte, 2)
	r.read(b, got)
	r.write(b, []byte("on"))
	r.read(a, got)
	if string(got) != "on" {
		r.t.Errorf("read %q", got)
	}
}

func testCancelListener(r *fixture) {
	ln := r.listen()
	first, second, connect := r.call(nil), r.call(nil), r.call(nil)
	ln.Accept(first.start())
	ln.Accept(second.start())
	ln.Cancel()
	r.canceled(first)
	r.canceled(second)
	ln.Accept(first.start())
	r.connect(connect, ln)
	r.ok(first)
	r.ok(connect)
	ln.Close()
	ln.Cancel()
}

// testCancelAll cancels one operation of each kind.
func testCancelAll(r *fixture) {
	ln := r.listen()
	a, _ := r.pair()
	accept, read, timer, late := r.call(nil), r.call(nil), r.call(nil), r.call(nil)
	ln.Accept(accept.start())
	a.Read(read.start(), make([]byte, 1))
	r.d.StartTimer(timer.start(), time.Hour)
	r.d.StartTimer(late.start(), 2*time.Hour)
	write, _ := r.fill(a)
	r.d.CancelAll()
	for _, c := range []*call{accept, read, timer, late} {
		r.canceled(c)
	}
	r.wait(write)
	if write.err != nil && write.err != proactor.ErrCanceled {
		r.t.Errorf("cancelled write: %d, %v", write.n, write.err)
	}
	post := r.call(nil)
	r.d.Post(post.start())
	r.d.CancelAll()
	r.ok(post)
	r.d.StartTimer(timer.start(), 0)
	r.ok(timer)
}

// testCancelledAcceptsLeakNothing cancels accepts from another goroutine while
// connections arrive. Each connection is the result of one accept, or is still in
// the accept queue at the end. The peer of a lost descriptor would wait for ever.
func testCancelledAcceptsLeakNothing(r *fixture) {
	const connections = 100
	ln := r.listen()
	var accepted []*proactor.Handle
	var dialled []*proactor.Handle
	var accept *call
	accept = r.call(func() {
		switch {
		case accept.stream != nil: // the connect may have succeeded before its cancel
			accepted = append(accepted, accept.stream)
		case accept.err != proactor.ErrCanceled && accept.err != proactor.ErrHandleClosed:
			r.t.Errorf("accept: %v", accept.err)
		}
		if len(dialled) < connections {
			ln.Accept(accept.start())
		}
	})
	ln.Accept(accept.start())

	// One cancel for each connect; with more, no connect would ever succeed.
	var canceller sync.WaitGroup
	turns := make(chan struct{}, 1)
	canceller.Go(func() {
		rng := rand.New(rand.NewPCG(1, 2))
		for range turns {
			switch rng.IntN(3) {
			case 0:
				r.d.Cancel(&accept.op)
			case 1:
				ln.Cancel()
			case 2:
				r.d.CancelAll()
			}
		}
	})
	for len(dialled) < connections {
		connect := r.call(nil)
		r.connect(connect, ln)
		turns <- struct{}{}
		if r.wait(connect); connect.stream != nil {
			dialled = append(dialled, connect.stream)
		}
	}
	close(turns)
	canceller.Wait()

	ln.Close()
	r.wait(accept)
	for _, h := range accepted {
		h.Close()
	}
	for _, h := range dialled {
		end := r.call(nil)
		h.Read(end.start(), make([]byte, 1))
		if r.wait(end); end.err == nil {
			r.t.Error("read from a connection that is closed at the other end: no error")
		}
	}
}

// testCancelledConnectsLeakNothing cancels connects from another goroutine. Each
// connect either returns a stream, which is closed, or has closed its socket: the
// accepted end sees the end of the stream. A leaked socket would stay connected.
func testCancelledConnectsLeakNothing(r *fixture) {
	const connections = 100
	ln := r.listen()
	var accepted []*proactor.Handle
	var accept *call
	accept = r.call(func() {
		if accept.stream != nil {
			accepted = append(accepted, accept.stream)
			ln.Accept(accept.start())
		}
	})
	ln.Accept(accept.start())

	var group proactor.CancelGroup
	connect := r.call(nil)
	connect.op.SetCancelGroup(&group)
	var canceller sync.WaitGroup
	var stop atomic.Bool
	canceller.Go(func() {
		for !stop.Load() {
			group.Cancel()
			runtime.Gosched()
		}
	})
	for range connections {
		r.connect(connect, ln)
		switch r.wait(connect); {
		case connect.stream != nil:
			connect.stream.Close()
		case connect.err != proactor.ErrCanceled:
			r.t.Errorf("connect: %v", connect.err)
		}
	}
	stop.Store(true)
	canceller.Wait()
	ln.Close() // resets connections in the accept queue
	r.wait(accept)
	for _, h := range accepted {
		end := r.call(nil)
		h.Read(end.start(), make([]byte, 1))
		if r.wait(end); end.err == nil {
			r.t.Error("read from a connection whose other end was given up: no error")
		}
	}
}
