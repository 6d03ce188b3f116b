package conformance

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
)

// canceled waits for c, which was cancelled in time.
func (r *fixture) canceled(c *call) {
	r.t.Helper()
	r.wait(c)
	if c.err != proactor.ErrCanceled || c.n != 0 {
		r.t.Errorf("cancelled %v: %d, %v", c.op.Kind(), c.n, c.err)
	}
}

// testCancelRead: the stream still works after a cancelled read.
func testCancelRead(r *fixture) {
	a, b := r.pair()
	buf := make([]byte, 5)
	for range 3 {
		read := r.call(nil)
		b.Read(read.start(), buf)
		r.d.Cancel(&read.op)
		r.canceled(read)
		b.ReadV(read.start(), [][]byte{buf})
		r.d.Cancel(&read.op)
		r.canceled(read)
		r.write(a, []byte("hello"))
		r.read(b, buf)
		if string(buf) != "hello" {
			r.t.Errorf("read %q", buf)
		}
	}
}

// testCancelWaiting cancels reads that wait for other reads.
func testCancelWaiting(r *fixture) {
	a, b := r.pair()
	var got []byte
	var calls [6]*call
	for i := range calls {
		buf := make([]byte, 1)
		calls[i] = r.call(func() {
			if calls[i].err == nil {
				got = append(got, buf...)
			}
		})
		b.Read(calls[i].start(), buf)
	}
	for _, i := range []int{5, 2, 0} {
		r.d.Cancel(&calls[i].op)
		r.canceled(calls[i])
	}
	r.write(a, []byte("abc"))
	r.until("the other reads", func() bool { return len(got) == 3 })
	if string(got) != "abc" {
		r.t.Errorf("read %q", got)
	}
}

func testCancelWrite(r *fixture) {
	a, b := r.pair()
	write, sent := r.fill(a)
	r.d.Cancel(&write.op)
	r.wait(write)
	if write.err != nil && write.err != proactor.ErrCanceled {
		r.t.Errorf("cancelled write: %d, %v", write.n, write.err)
	}
	sent += write.n // bytes written before the cancel count
	a.Write(write.start(), []byte("end"))
	got := make([]byte, sent+3)
	r.read(b, got)
	if !bytes.HasSuffix(got, []byte("\x00end")) {
		r.t.Errorf("the stream ends with %q", got[len(got)-4:])
	}
	r.ok(write)
}

func testCancelAccept(r *fixture) {
	ln := r.listen()
	accept, connect := r.call(nil), r.call(nil)
	for range 3 {
		ln.Accept(accept.start())
		r.d.Cancel(&accept.op)
		r.canceled(accept)
	}
	ln.Accept(accept.start())
	r.connect(connect, ln)
	r.ok(accept)
	r.ok(connect)
}

// testCancelConnect cancels connects that may have succeeded already.
func testCancelConnect(r *fixture) {
	ln := r.listen()
	for range 20 {
		connect := r.call(nil)
		r.connect(connect, ln)
		r.d.Cancel(&connect.op)
		r.wait(connect)
		switch {
		case connect.err == nil && connect.stream != nil:
			connect.stream.Close()
		case connect.err != proactor.ErrCanceled || connect.stream != nil:
			r.t.Errorf("cancelled connect: %v, %v", connect.stream, connect.err)
		}
	}
}

// testCancelIdle cancels operations that are not outstanding or cannot be
// cancelled.
func testCancelIdle(r *fixture) {
	a, b := r.pair()
	c := r.call(nil)
	r.d.Cancel(&c.op)
	r.d.Post(c.start())
	r.d.Cancel(&c.op)
	r.ok(c)
	r.d.Cancel(&c.op)
	a.Write(c.start(), []byte("x"))
	r.ok(c)
	r.d.Cancel(&c.op)
	r.read(b, make([]byte, 1))
}

// testCancelRace cancels reads and writes continually, from another goroutine,
// while bytes flow: no byte is lost or duplicated.
func testCancelRace(r *fixture) {
	const size = 1 << 20
	a, b := r.pair()
	data, got := pattern(size), make([]byte, size)
	sent, received := 0, 0
	var write, read *call
	check := func(c *call) {
		if c.err != nil && c.err != proactor.ErrCanceled {
			r.t.Errorf("%v: %v", c.op.Kind(), c.err)
		}
	}
	write = r.call(func() {
		check(write)
		if sent += write.n; sent < size {
			a.Write(write.start(), data[sent:min(sent+3000, size)])
		}
	})
	read = r.call(func() {
		check(read)
		if received += read.n; received < size {
			b.Read(read.start(), got[received:min(received+2000, size)])
		}
	})
	a.Write(write.start(), data[:3000])
	b.Read(read.start(), got[:2000])

	var canceller sync.WaitGroup
	var stop atomic.Bool
	canceller.Go(func() {
		for !stop.Load() {
			r.d.Cancel(&read.op)
			r.d.Cancel(&write.op)
			runtime.Gosched()
		}
	})
	r.until("all bytes", func() bool { return received == size && write.idle() && read.idle() })
	stop.Store(true)
	canceller.Wait()
	if !bytes.Equal(got, data) {
		r.t.Error("the bytes read are not the bytes written")
	}
}
