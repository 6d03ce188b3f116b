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
func testCancelHandle(f *fixture) {
	a, b := f.pair()
	write, sent := f.fill(a)
	var reads [3]*call
	for i := range reads {
		reads[i] = f.call(nil)
		a.Read(reads[i].start(), make([]byte, 1))
	}
	waiting := f.call(nil)
	a.WriteV(waiting.start(), [][]byte{[]byte("never")})
	a.Cancel()
	for _, c := range reads {
		f.canceled(c)
	}
	f.canceled(waiting)
	f.wait(write)
	if write.err != nil && write.err != proactor.ErrCanceled {
		f.t.Errorf("cancelled write: %d, %v", write.n, write.err)
	}
	a.Cancel() // nothing is outstanding

	f.read(b, make([]byte, sent+write.n))
	f.write(a, []byte("on"))
	got := make([]byte, 2)
	f.read(b, got)
	f.write(b, []byte("on"))
	f.read(a, got)
	if string(got) != "on" {
		f.t.Errorf("read %q", got)
	}
}

func testCancelListener(f *fixture) {
	ln := f.listen()
	first, second, connect := f.call(nil), f.call(nil), f.call(nil)
	ln.Accept(first.start())
	ln.Accept(second.start())
	ln.Cancel()
	f.canceled(first)
	f.canceled(second)
	ln.Accept(first.start())
	f.connect(connect, ln)
	f.ok(first)
	f.ok(connect)
	ln.Close()
	ln.Cancel()
}

// testCancelAll cancels one operation of each kind.
func testCancelAll(f *fixture) {
	ln := f.listen()
	a, _ := f.pair()
	accept, read, timer, late := f.call(nil), f.call(nil), f.call(nil), f.call(nil)
	ln.Accept(accept.start())
	a.Read(read.start(), make([]byte, 1))
	f.d.StartTimer(timer.start(), time.Hour)
	f.d.StartTimer(late.start(), 2*time.Hour)
	write, _ := f.fill(a)
	f.d.CancelAll()
	for _, c := range []*call{accept, read, timer, late} {
		f.canceled(c)
	}
	f.wait(write)
	if write.err != nil && write.err != proactor.ErrCanceled {
		f.t.Errorf("cancelled write: %d, %v", write.n, write.err)
	}
	post := f.call(nil)
	f.d.Post(post.start())
	f.d.CancelAll()
	f.ok(post)
	f.d.StartTimer(timer.start(), 0)
	f.ok(timer)
}

// testCancelledAcceptsLeakNothing cancels accepts from another goroutine while
// connections arrive. Each connection is the result of one accept, or is still in
// the accept queue at the end. The peer of a lost descriptor would wait for ever.
func testCancelledAcceptsLeakNothing(f *fixture) {
	const connections = 100
	ln := f.listen()
	var accepted []*proactor.Handle
	var dialled []*proactor.Handle
	var accept *call
	accept = f.call(func() {
		switch {
		case accept.stream != nil: // the connect may have succeeded before its cancel
			accepted = append(accepted, accept.stream)
		case accept.err != proactor.ErrCanceled && accept.err != proactor.ErrHandleClosed:
			f.t.Errorf("accept: %v", accept.err)
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
				f.d.Cancel(&accept.op)
			case 1:
				ln.Cancel()
			case 2:
				f.d.CancelAll()
			}
		}
	})
	for len(dialled) < connections {
		connect := f.call(nil)
		f.connect(connect, ln)
		turns <- struct{}{}
		if f.wait(connect); connect.stream != nil {
			dialled = append(dialled, connect.stream)
		}
	}
	close(turns)
	canceller.Wait()

	ln.Close()
	f.wait(accept)
	for _, h := range accepted {
		h.Close()
	}
	for _, h := range dialled {
		end := f.call(nil)
		h.Read(end.start(), make([]byte, 1))
		if f.wait(end); end.err == nil {
			f.t.Error("read from a connection that is closed at the other end: no error")
		}
	}
}

// testCancelledConnectsLeakNothing cancels connects from another goroutine. Each
// connect either returns a stream, which is closed, or has closed its socket: the
// accepted end sees the end of the stream. A leaked socket would stay connected.
func testCancelledConnectsLeakNothing(f *fixture) {
	const connections = 100
	ln := f.listen()
	var accepted []*proactor.Handle
	var accept *call
	accept = f.call(func() {
		if accept.stream != nil {
			accepted = append(accepted, accept.stream)
			ln.Accept(accept.start())
		}
	})
	ln.Accept(accept.start())

	var group proactor.CancelGroup
	connect := f.call(nil)
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
		f.connect(connect, ln)
		switch f.wait(connect); {
		case connect.stream != nil:
			connect.stream.Close()
		case connect.err != proactor.ErrCanceled:
			f.t.Errorf("connect: %v", connect.err)
		}
	}
	stop.Store(true)
	canceller.Wait()
	ln.Close() // resets connections in the accept queue
	f.wait(accept)
	for _, h := range accepted {
		end := f.call(nil)
		h.Read(end.start(), make([]byte, 1))
		if f.wait(end); end.err == nil {
			f.t.Error("read from a connection whose other end was given up: no error")
		}
	}
}
