package conformance

import (
	"bytes"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
)

// multishot makes a call of a multishot operation: it is called until More is
// false.
func (r *fixture) multishot(then func(c *call)) *call {
	var c *call
	c = r.call(func() {
		if c.op.More() {
			c.started++
			if !c.op.Outstanding() {
				r.t.Error("there is more, and it is not outstanding")
			}
		}
		if c.op.More() != (c.err == nil) {
			r.t.Errorf("%v: more %v, %v", c.op.Kind(), c.op.More(), c.err)
		}
		then(c)
	})
	return c
}

// testAcceptMultishot accepts one stream after the other until it is cancelled;
// then it can be started again.
func testAcceptMultishot(r *fixture) {
	const streams = 20
	ln := r.listen()
	accepted := 0
	accept := r.multishot(func(c *call) {
		if c.err == nil {
			accepted++
			c.stream.Close()
		}
	})
	for round := range 2 {
		ln.AcceptMultishot(accept.start())
		for range streams {
			c := r.call(nil)
			r.connect(c, ln)
			r.ok(c)
			c.stream.Close()
		}
		r.until("all streams", func() bool { return accepted == (round+1)*streams })
		r.d.Cancel(&accept.op)
		r.wait(accept)
		if accept.err != proactor.ErrCanceled {
			r.t.Errorf("it ends with %v", accept.err)
		}
	}
}

// testReceiveMultishot receives a stream to its end, with a pool that becomes
// empty.
func testReceiveMultishot(r *fixture) {
	const size = 300_000
	a, b := r.pair()
	pool := proactor.NewBufferPool(1000, 4)
	var got []byte
	var held []*proactor.Buffer
	release := r.call(nil)
	release.then = func() {
		for _, buf := range held {
			buf.Release()
		}
		held = held[:0]
	}
	receive := r.multishot(func(c *call) {
		if c.err != nil {
			return
		}
		got = append(got, c.op.Buffer().Bytes()...)
		if held = append(held, c.op.Buffer()); len(held) == 4 { // the pool is empty for a while
			r.d.StartTimer(release.start(), time.Microsecond)
		}
	})
	b.ReceiveMultishot(receive.start(), pool)
	data, sent := pattern(size), 0
	var write *call
	write = r.call(func() {
		if sent += write.n; sent < size {
			a.Write(write.start(), data[sent:])
		} else {
			a.Close()
		}
	})
	a.Write(write.start(), data)
	r.wait(receive)
	r.until("the release", release.idle)
	release.then()
	if receive.err != io.EOF || !bytes.Equal(got, data) {
		r.t.Errorf("received %d bytes, then %v", len(got), receive.err)
	}
	r.flush()
	r.released(pool, 4)
}

// cancelling cancels op again and again, on another goroutine, until the caller
// calls stop.
func (r *fixture) cancelling(op *proactor.Operation) (stop func()) {
	var canceller sync.WaitGroup
	ended := make(chan struct{})
	canceller.Go(func() {
		for {
			select {
			case <-ended:
				return
			default:
				r.d.Cancel(op)
				runtime.Gosched()
			}
		}
	})
	return func() {
		close(ended)
		canceller.Wait()
	}
}

// testMultishotCancelRace cancels from another goroutine while bytes flow: no byte
// is lost, and there is one last completion.
func testMultishotCancelRace(r *fixture) {
	const size = 200_000
	a, b := r.pair()
	pool := proactor.NewBufferPool(500, 2)
	var got []byte
	receive := r.multishot(func(c *call) {
		if c.err == nil {
			got = append(got, c.op.Buffer().Bytes()...)
			c.op.Buffer().Release()
		}
		if c.err == proactor.ErrCanceled && len(got) < size {
			b.ReceiveMultishot(c.start(), pool)
		}
	})
	b.ReceiveMultishot(receive.start(), pool)
	data, sent := pattern(size), 0
	var write *call
	write = r.call(func() {
		if sent += write.n; sent < size {
			a.Write(write.start(), data[sent:min(sent+700, size)])
		}
	})
	a.Write(write.start(), data[:700])
	stop := r.cancelling(&receive.op)
	r.until("all bytes", func() bool { return len(got) == size && receive.idle() })
	stop()
	if !bytes.Equal(got, data) {
		r.t.Error("the bytes received are not the bytes written")
	}
}

// testMultishotClose: closing a handle or the dispatcher ends the operation once.
func testMultishotClose(r *fixture) {
	_, b := r.pair()
	ln := r.listen()
	pool := proactor.NewBufferPool(10, 1)
	receive, accept := r.multishot(func(*call) {}), r.multishot(func(*call) {})
	b.ReceiveMultishot(receive.start(), pool)
	b.Close()
	r.failed(receive, proactor.ErrHandleClosed)
	ln.AcceptMultishot(accept.start())
	r.d.Close()
	if accept.done != 1 || accept.err != proactor.ErrClosed {
		r.t.Errorf("completed %d times, with %v", accept.done, accept.err)
	}
}
