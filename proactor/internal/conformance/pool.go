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
func (f *fixture) released(pool *proactor.BufferPool, want int) {
	f.t.Helper()
	for end := time.Now().Add(stuckAfter); pool.Free() != want; runtime.Gosched() {
		if time.Now().After(end) {
			f.t.Errorf("%d buffers in the pool, want %d", pool.Free(), want)
			return
		}
	}
}

// testReceive: a receive that waits owns no buffer; a completed one owns one until
// it is released.
func testReceive(f *fixture) {
	const streams = 10
	pool := proactor.NewBufferPool(100, 2)
	var out []*proactor.Handle
	var calls []*call
	for range streams {
		a, b := f.pair()
		c := f.call(nil)
		b.Receive(c.start(), pool)
		out, calls = append(out, a), append(calls, c)
	}
	f.flush()
	f.released(pool, 2)
	for i, c := range calls {
		f.write(out[i], []byte{'x', byte(i)})
		f.ok(c)
		buf := c.op.Buffer()
		if c.n != 2 || !bytes.Equal(buf.Bytes(), []byte{'x', byte(i)}) {
			f.t.Errorf("stream %d: received %d bytes, %q", i, c.n, buf.Bytes())
		}
		f.released(pool, 1)
		buf.Release()
		f.released(pool, 2)
		func() {
			defer func() {
				if recover() == nil {
					f.t.Error("a second Release does not panic")
				}
			}()
			buf.Release()
		}()
	}
}

// testReceiveEnds: a receive that ends with the stream, a cancel or a closed handle
// has no buffer.
func testReceiveEnds(f *fixture) {
	pool := proactor.NewBufferPool(100, 1)
	a, b := f.pair()
	c := f.call(nil)
	b.Receive(c.start(), pool)
	f.d.Cancel(&c.op)
	f.canceled(c)
	f.write(a, []byte("hello"))
	b.Receive(c.start(), pool)
	f.ok(c)
	c.op.Buffer().Release()
	a.Close()
	for range 2 {
		b.Receive(c.start(), pool)
		f.wait(c)
		if c.err != io.EOF || c.n != 0 || c.op.Buffer() != nil {
			f.t.Errorf("receive at the end: %d, %v", c.n, c.err)
		}
	}
	waiting, _ := f.pair()
	waiting.Receive(c.start(), pool)
	waiting.Close()
	f.failed(c, proactor.ErrHandleClosed)
	f.listen().Receive(c.start(), pool)
	f.wait(c)
	if !errors.Is(c.err, errors.ErrUnsupported) {
		f.t.Errorf("receive on a listener: %v", c.err)
	}
	f.flush()
	f.released(pool, 1)
}

// testReceivePipe receives from a pipe.
func testReceivePipe(f *fixture) {
	in, out := f.pipe()
	pool := proactor.NewBufferPool(3, 1)
	c := f.call(nil)
	in.Receive(c.start(), pool)
	f.write(out, []byte("hello"))
	for _, want := range []string{"hel", "lo"} {
		f.ok(c)
		if got := string(c.op.Buffer().Bytes()); got != want {
			f.t.Errorf("received %q, want %q", got, want)
		}
		c.op.Buffer().Release()
		in.Receive(c.start(), pool)
	}
	out.Close()
	f.wait(c)
	if c.err != io.EOF {
		f.t.Errorf("receive at the end: %v", c.err)
	}
	f.flush()
	f.released(pool, 1)
}

// testReceiveDry: without free buffers receives wait, in order, and nothing is
// lost. A receive that is cancelled meanwhile, or whose handle is closed, does not
// hold up the others.
func testReceiveDry(f *fixture) {
	const streams = 6
	pool := proactor.NewBufferPool(16, 1)
	var order []byte
	var held *proactor.Buffer
	var in []*proactor.Handle
	var calls []*call
	for i := range streams {
		a, b := f.pair()
		var c *call
		c = f.call(func() {
			if c.err != nil {
				return
			}
			if held != nil {
				f.t.Error("two buffers of one")
			}
			held = c.op.Buffer()
			order = append(order, held.Bytes()...)
		})
		in, calls = append(in, b), append(calls, c)
		b.Receive(c.start(), pool)
		f.write(a, []byte{byte('a' + i)})
		if i == 0 {
			f.ok(c)
		}
		f.flush() // it has found the pool empty before the next one does
	}
	f.released(pool, 0)
	f.d.Cancel(&calls[2].op)
	f.canceled(calls[2])
	in[4].Close()
	f.failed(calls[4], proactor.ErrHandleClosed)
	for _, i := range []int{1, 3, 5} {
		held = nil
		bufferOf(calls, order).Release()
		f.ok(calls[i])
	}
	bufferOf(calls, order).Release()
	if string(order) != "abdf" {
		f.t.Errorf("received in the order %q", order)
	}
	in[2].Receive(calls[2].start(), pool) // the bytes that it did not take are still there
	held = nil
	f.ok(calls[2])
	held.Release()
	if string(order) != "abdfc" {
		f.t.Errorf("received in the order %q", order)
	}
	f.flush()
	f.released(pool, 1)
}

// bufferOf returns the buffer that was received last.
func bufferOf(calls []*call, order []byte) *proactor.Buffer {
	return calls[order[len(order)-1]-'a'].op.Buffer()
}

// testReceiveShared has several streams share few buffers, which other goroutines
// release: every byte arrives, in order.
func testReceiveShared(f *fixture) {
	const streams, size = 8, 200_000
	pool := proactor.NewBufferPool(1000, 3)
	var releasing sync.WaitGroup
	finished := 0
	for range streams {
		a, b := f.pair()
		data, sent, got := pattern(size), 0, 0
		var write, receive *call
		write = f.call(func() {
			if sent += write.n; sent < size {
				a.Write(write.start(), data[sent:min(sent+3000, size)])
			}
		})
		receive = f.call(func() {
			if receive.err != nil {
				f.t.Error(receive.err)
				return
			}
			buf := receive.op.Buffer()
			if !bytes.Equal(buf.Bytes(), data[got:got+receive.n]) {
				f.t.Error("the bytes received are not the bytes written")
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
	f.until("all bytes", func() bool { return finished == streams })
	releasing.Wait()
	f.flush()
	f.released(pool, 3)
}
