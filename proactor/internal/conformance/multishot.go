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
func (f *fixture) multishot(then func(c *call)) *call {
	var c *call
	c = f.call(func() {
		if c.op.More() {
			c.started++
			if !c.op.Outstanding() {
				f.t.Error("there is more, and it is not outstanding")
			}
		}
		if c.op.More() != (c.err == nil) {
			f.t.Errorf("%v: more %v, %v", c.op.Kind(), c.op.More(), c.err)
		}
		then(c)
	})
	return c
}

// testAcceptMultishot accepts one stream after the other until it is cancelled;
// then it can be started again.
func testAcceptMultishot(f *fixture) {
	const streams = 20
	ln := f.listen()
	accepted := 0
	accept := f.multishot(func(c *call) {
		if c.err == nil {
			accepted++
			c.stream.Close()
		}
	})
	for round := range 2 {
		ln.AcceptMultishot(accept.start())
		for range streams {
			c := f.call(nil)
			f.connect(c, ln)
			f.ok(c)
			c.stream.Close()
		}
		f.until("all streams", func() bool { return accepted == (round+1)*streams })
		f.d.Cancel(&accept.op)
		f.wait(accept)
		if accept.err != proactor.ErrCanceled {
			f.t.Errorf("it ends with %v", accept.err)
		}
	}
}

// testReceiveMultishot receives a stream to its end, with a pool that becomes
// empty.
func testReceiveMultishot(f *fixture) {
	const size = 300_000
	a, b := f.pair()
	pool := proactor.NewBufferPool(1000, 4)
	var got []byte
	var held []*proactor.Buffer
	release := f.call(nil)
	release.then = func() {
		for _, buf := range held {
			buf.Release()
		}
		held = held[:0]
	}
	receive := f.multishot(func(c *call) {
		if c.err != nil {
			return
		}
		got = append(got, c.op.Buffer().Bytes()...)
		if held = append(held, c.op.Buffer()); len(held) == 4 { // the pool is empty for a while
			f.d.StartTimer(release.start(), time.Microsecond)
		}
	})
	b.ReceiveMultishot(receive.start(), pool)
	data, sent := pattern(size), 0
	var write *call
	write = f.call(func() {
		if sent += write.n; sent < size {
			a.Write(write.start(), data[sent:])
		} else {
			a.Close()
		}
	})
	a.Write(write.start(), data)
	f.wait(receive)
	f.until("the release", release.idle)
	release.then()
	if receive.err != io.EOF || !bytes.Equal(got, data) {
		f.t.Errorf("received %d bytes, then %v", len(got), receive.err)
	}
	f.flush()
	f.released(pool, 4)
}

// cancelling cancels op again and again, on another goroutine, until the caller
// calls stop.
func (f *fixture) cancelling(op *proactor.Operation) (stop func()) {
	var canceller sync.WaitGroup
	ended := make(chan struct{})
	canceller.Go(func() {
		for {
			select {
			case <-ended:
				return
			default:
				f.d.Cancel(op)
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
func testMultishotCancelRace(f *fixture) {
	const size = 200_000
	a, b := f.pair()
	pool := proactor.NewBufferPool(500, 2)
	var got []byte
	receive := f.multishot(func(c *call) {
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
	write = f.call(func() {
		if sent += write.n; sent < size {
			a.Write(write.start(), data[sent:min(sent+700, size)])
		}
	})
	a.Write(write.start(), data[:700])
	stop := f.cancelling(&receive.op)
	f.until("all bytes", func() bool { return len(got) == size && receive.idle() })
	stop()
	if !bytes.Equal(got, data) {
		f.t.Error("the bytes received are not the bytes written")
	}
}

// testMultishotClose: closing a handle or the dispatcher ends the operation once.
func testMultishotClose(f *fixture) {
	_, b := f.pair()
	ln := f.listen()
	pool := proactor.NewBufferPool(10, 1)
	receive, accept := f.multishot(func(*call) {}), f.multishot(func(*call) {})
	b.ReceiveMultishot(receive.start(), pool)
	b.Close()
	f.failed(receive, proactor.ErrHandleClosed)
	ln.AcceptMultishot(accept.start())
	f.d.Close()
	if accept.done != 1 || accept.err != proactor.ErrClosed {
		f.t.Errorf("completed %d times, with %v", accept.done, accept.err)
	}
}
