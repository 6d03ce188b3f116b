package conformance

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
)

// released checks that every buffer is released in the end: a backend may own one
// during an attempt on a goroutine of its own.
func (r *fixture) released(pool *proactor.BufferPool, want int) {
	r.t.Helper()
	for end := time.Now().Add(stuckAfter); pool.Free() != want; runtime.Gosched() {
		if time.Now().After(end) {
			r.t.Errorf("%d buffers in the pool, want %d", pool.Free(), want)
			return
		}
	}
}

// testReceive: a receive that waits owns no buffer; a completed one owns one until
// it is released.
func testReceive(r *fixture) {
	const streams = 10
	pool := proactor.NewBufferPool(100, 2)
	var out []*proactor.Handle
	var calls []*call
	for range streams {
		a, b := r.pair()
		c := r.call(nil)
		b.Receive(c.start(), pool)
		out, calls = append(out, a), append(calls, c)
	}
	r.flush()
	r.released(pool, 2)
	for i, c := range calls {
		r.write(out[i], []byte{'x', byte(i)})
		r.ok(c)
		buf := c.op.Buffer()
		if c.n != 2 || !bytes.Equal(buf.Bytes(), []byte{'x', byte(i)}) {
			r.t.Errorf("stream %d: received %d bytes, %q", i, c.n, buf.Bytes())
		}
		r.released(pool, 1)
		buf.Release()
		r.released(pool, 2)
		func() {
			defer func() {
				if recover() == nil {
					r.t.Error("a second Release does not panic")
				}
			}()
			buf.Release()
		}()
	}
}

// testReceiveEnds: a receive that ends with the stream, a cancel or a closed handle
// has no buffer.
func testReceiveEnds(r *fixture) {
	pool := proactor.NewBufferPool(100, 1)
	a, b := r.pair()
	c := r.call(nil)
	b.Receive(c.start(), pool)
	r.d.Cancel(&c.op)
	r.canceled(c)
	r.write(a, []byte("hello"))
	b.Receive(c.start(), pool)
	r.ok(c)
	c.op.Buffer().Release()
	a.Close()
	for range 2 {
		b.Receive(c.start(), pool)
		r.wait(c)
		if c.err != io.EOF || c.n != 0 || c.op.Buffer() != nil {
			r.t.Errorf("receive at the end: %d, %v", c.n, c.err)
		}
	}
	waiting, _ := r.pair()
	waiting.Receive(c.start(), pool)
	waiting.Close()
	r.failed(c, proactor.ErrHandleClosed)
	r.listen().Receive(c.start(), pool)
	r.wait(c)
	if !errors.Is(c.err, errors.ErrUnsupported) {
		r.t.Errorf("receive on a listener: %v", c.err)
	}
	r.flush()
	r.released(pool, 1)
}

// testReceivePipe receives from a pipe.
func testReceivePipe(r *fixture) {
	in, out := r.pipe()
	pool := proactor.NewBufferPool(3, 1)
	c := r.call(nil)
	in.Receive(c.start(), pool)
	r.write(out, []byte("hello"))
	for _, want := range []string{"hel", "lo"} {
		r.ok(c)
		if got := string(c.op.Buffer().Bytes()); got != want {
			r.t.Errorf("received %q, want %q", got, want)
		}
		c.op.Buffer().Release()
		in.Receive(c.start(), pool)
	}
	out.Close()
	r.wait(c)
	if c.err != io.EOF {
		r.t.Errorf("receive at the end: %v", c.err)
	}
	r.flush()
	r.released(pool, 1)
}

// testReceiveDry: without free buffers receives wait, in order, and nothing is
// lost. A receive that is cancelled meanwhile, or whose handle is closed, does not
// hold up the others.
func testReceiveDry(r *fixture) {
	const streams = 6
	pool := proactor.NewBufferPool(16, 1)
	var order []byte
	var held *proactor.Buffer
	var in []*proactor.Handle
	var calls []*call
	for i := range streams {
		a, b := r.pair()
		var c *call
		c = r.call(func() {
			if c.err != nil {
				return
			}
			if held != nil {
				r.t.Error("two buffers of one")
			}
			held = c.op.Buffer()
			order = append(order, held.Bytes()...)
		})
		in, calls = append(in, b), append(calls, c)
		b.Receive(c.start(), pool)
		r.write(a, []byte{byte('a' + i)})
		if i == 0 {
			r.ok(c)
		}
		r.flush() // it has found the pool empty before the next one does
	}
	r.released(pool, 0)
	r.d.Cancel(&calls[2].op)
	r.canceled(calls[2])
	in[4].Close()
	r.failed(calls[4], proactor.ErrHandleClosed)
	for _, i := range []int{1, 3, 5} {
		held = nil
		bufferOf(calls, order).Release()
		r.ok(calls[i])
	}
	bufferOf(calls, order).Release()
	if string(order) != "abdf" {
		r.t.Errorf("received in the order %q", order)
	}
	in[2].Receive(calls[2].start(), pool) // the bytes that it did not take are still there
	held = nil
	r.ok(calls[2])
	held.Release()
	if string(order) != "abdfc" {
		r.t.Errorf("received in the order %q", order)
	}
	r.flush()
	r.released(pool, 1)
}

// bufferOf returns the buffer that was received last.
func bufferOf(calls []*call, order []byte) *proactor.Buffer {
	return calls[order[len(order)-1]-'a'].op.Buffer()
}

// testReceiveShared has several streams share few buffers, which other goroutines
// release: every byte arrives, in order.
func testReceiveShared(r *fixture) {
	const streams, size = 8, 200_000
	pool := proactor.NewBufferPool(1000, 3)
	var releasing sync.WaitGroup
	finished := 0
	for range streams {
		a, b := r.pair()
		data, sent, got := pattern(size), 0, 0
		var write, receive *call
		write = r.call(func() {
			if sent += write.n; sent < size {
				a.Write(write.start(), data[sent:min(sent+3000, size)])
			}
		})
		receive = r.call(func() {
			if receive.err != nil {
				r.t.Error(receive.err)
				return
			}
			buf := receive.op.Buffer()
			if !bytes.Equal(buf.Bytes(), data[got:got+receive.n]) {
				r.t.Error("the bytes received are not the bytes written")
			}
			if got += receive.n; got == size {
				finished++
			} else {
				b.Receive(receive.start(), pool)
			}
			releasing.Go(buf.Release)
		})
		b.Receive(receive.start(), pool)
		a.Write(write.start(), data[:3000])
	}
	r.until("all bytes", func() bool { return finished == streams })
	releasing.Wait()
	r.flush()
	r.released(pool, 3)
}
