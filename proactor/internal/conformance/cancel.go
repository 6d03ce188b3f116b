package conformance

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
)

// canceled waits for c, which was cancelled in time.
func (f *fixture) canceled(c *call) {
	f.t.Helper()
	f.wait(c)
	if c.err != proactor.ErrCanceled || c.n != 0 {
		f.t.Errorf("cancelled %v: %d, %v", c.op.Kind(), c.n, c.err)
	}
}

// testCancelRead: the stream still works after a cancelled read.
func testCancelRead(f *fixture) {
	a, b := f.pair()
	buf := make([]byte, 5)
	for range 3 {
		read := f.call(nil)
		b.Read(read.start(), buf)
		f.d.Cancel(&read.op)
		f.canceled(read)
		b.ReadV(read.start(), [][]byte{buf})
		f.d.Cancel(&read.op)
		f.canceled(read)
		f.write(a, []byte("hello"))
		f.read(b, buf)
		if string(buf) != "hello" {
			f.t.Errorf("read %q", buf)
		}
	}
}

// testCancelWaiting cancels reads that wait for other reads.
func testCancelWaiting(f *fixture) {
	a, b := f.pair()
	var got []byte
	var calls [6]*call
	for i := range calls {
		buf := make([]byte, 1)
		calls[i] = f.call(func() {
			if calls[i].err == nil {
				got = append(got, buf...)
			}
		})
		b.Read(calls[i].start(), buf)
	}
	for _, i := range []int{5, 2, 0} {
		f.d.Cancel(&calls[i].op)
		f.canceled(calls[i])
	}
	f.write(a, []byte("abc"))
	f.until("the other reads", func() bool { return len(got) == 3 })
	if string(got) != "abc" {
		f.t.Errorf("read %q", got)
	}
}

func testCancelWrite(f *fixture) {
	a, b := f.pair()
	write, sent := f.fill(a)
	f.d.Cancel(&write.op)
	f.wait(write)
	if write.err != nil && write.err != proactor.ErrCanceled {
		f.t.Errorf("cancelled write: %d, %v", write.n, write.err)
	}
	sent += write.n // bytes written before the cancel count
	a.Write(write.start(), []byte("end"))
	got := make([]byte, sent+3)
	f.read(b, got)
	if !bytes.HasSuffix(got, []byte("\x00end")) {
		f.t.Errorf("the stream ends with %q", got[len(got)-4:])
	}
	f.ok(write)
}

func testCancelAccept(f *fixture) {
	ln := f.listen()
	accept, connect := f.call(nil), f.call(nil)
	for range 3 {
		ln.Accept(accept.start())
		f.d.Cancel(&accept.op)
		f.canceled(accept)
	}
	ln.Accept(accept.start())
	f.connect(connect, ln)
	f.ok(accept)
	f.ok(connect)
}

// testCancelConnect cancels connects that may have succeeded already.
func testCancelConnect(f *fixture) {
	ln := f.listen()
	for range 20 {
		connect := f.call(nil)
		f.connect(connect, ln)
		f.d.Cancel(&connect.op)
		f.wait(connect)
		switch {
		case connect.err == nil && connect.stream != nil:
			connect.stream.Close()
		case connect.err != proactor.ErrCanceled || connect.stream != nil:
			f.t.Errorf("cancelled connect: %v, %v", connect.stream, connect.err)
		}
	}
}

// testCancelIdle cancels operations that are not outstanding or cannot be
// cancelled.
func testCancelIdle(f *fixture) {
	a, b := f.pair()
	c := f.call(nil)
	f.d.Cancel(&c.op)
	f.d.Post(c.start())
	f.d.Cancel(&c.op)
	f.ok(c)
	f.d.Cancel(&c.op)
	a.Write(c.start(), []byte("x"))
	f.ok(c)
	f.d.Cancel(&c.op)
	f.read(b, make([]byte, 1))
}

// testCancelRace cancels reads and writes continually, from another goroutine,
// while bytes flow: no byte is lost or duplicated.
func testCancelRace(f *fixture) {
	const size = 1 << 20
	a, b := f.pair()
	data, got := pattern(size), make([]byte, size)
	sent, received := 0, 0
	var write, read *call
	check := func(c *call) {
		if c.err != nil && c.err != proactor.ErrCanceled {
			f.t.Errorf("%v: %v", c.op.Kind(), c.err)
		}
	}
	write = f.call(func() {
		check(write)
		if sent += write.n; sent < size {
			a.Write(write.start(), data[sent:min(sent+3000, size)])
		}
	})
	read = f.call(func() {
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
			f.d.Cancel(&read.op)
			f.d.Cancel(&write.op)
			runtime.Gosched()
		}
	})
	f.until("all bytes", func() bool { return received == size && write.idle() && read.idle() })
	stop.Store(true)
	canceller.Wait()
	if !bytes.Equal(got, data) {
		f.t.Error("the bytes read are not the bytes written")
	}
}
