package conformance

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/actum-go/actum/proactor"
)

func testReadWrite(f *fixture) {
	a, b := f.pair()
	buf := make([]byte, 100)
	read, write := f.call(nil), f.call(nil)
	b.Read(read.start(), buf)
	a.Write(write.start(), []byte("hello"))
	f.ok(write)
	f.ok(read)
	if write.n != 5 || string(buf[:read.n]) != "hello" {
		f.t.Errorf("wrote %d bytes, read %q", write.n, buf[:read.n])
	}
}

// testEmptyBuffers: an empty read or write completes at once, and is not the end of
// the stream.
func testEmptyBuffers(f *fixture) {
	a, _ := f.pair()
	for _, start := range []func(*proactor.Operation){
		func(op *proactor.Operation) { a.Read(op, nil) },
		func(op *proactor.Operation) { a.Write(op, nil) },
		func(op *proactor.Operation) { a.ReadV(op, nil) },
		func(op *proactor.Operation) { a.WriteV(op, [][]byte{{}, nil}) },
	} {
		c := f.call(nil)
		start(c.start())
		f.ok(c)
		if c.n != 0 {
			f.t.Errorf("%v of nothing moved %d bytes", c.op.Kind(), c.n)
		}
	}
	for name, try := range map[string]func() (int, error){
		"TryRead":   func() (int, error) { return a.TryRead(nil) },
		"TryWrite":  func() (int, error) { return a.TryWrite(nil) },
		"TryWriteV": func() (int, error) { return a.TryWriteV([][]byte{{}, nil}) },
	} {
		if n, err := try(); n != 0 || err != nil && err != proactor.ErrWouldBlock {
			f.t.Errorf("%s of nothing: %d, %v", name, n, err)
		}
	}
}

// testReadsInOrder has many reads waiting before there is anything to read.
func testReadsInOrder(f *fixture) {
	const reads = 32
	a, b := f.pair()
	var got, order []byte
	for i := range reads {
		var c *call
		buf := make([]byte, 1)
		c = f.call(func() {
			if c.err != nil || c.n != 1 {
				f.t.Errorf("read %d: %d, %v", i, c.n, c.err)
			}
			got, order = append(got, buf[0]), append(order, byte(i))
		})
		b.Read(c.start(), buf)
	}
	data := pattern(reads)
	f.write(a, data[:reads/2])
	f.write(a, data[reads/2:])
	f.until("all reads", func() bool { return len(got) == reads })
	if !bytes.Equal(got, data) {
		f.t.Errorf("read %v in the order of completion", got)
	}
	if !bytes.Equal(order, pattern(reads)) { // 0, 1, 2, ...
		f.t.Errorf("completed in the order %v", order)
	}
}

// testWritesInOrder has many small writes outstanding.
func testWritesInOrder(f *fixture) {
	const writes = 200
	a, b := f.pair()
	next := 0
	for i := range writes {
		var c *call
		c = f.call(func() {
			if c.err != nil || c.n != 10 || i != next {
				f.t.Errorf("write %d, when %d was due: %d, %v", i, next, c.n, c.err)
			}
			next++
		})
		a.Write(c.start(), pattern(writes * 10)[i*10:][:10])
	}
	got := make([]byte, writes*10)
	f.read(b, got)
	if !bytes.Equal(got, pattern(writes*10)) {
		f.t.Error("the bytes are not in order")
	}
	f.until("all writes", func() bool { return next == writes })
}

// transfer sends size bytes from one handle to another, with a write and a read
// outstanding at all times, and checks them. It calls done once all have arrived.
func (f *fixture) transfer(from, to *proactor.Handle, size int, done func()) {
	data, got := pattern(size), make([]byte, size)
	sent, received := 0, 0
	var write, read *call
	write = f.call(func() {
		if sent += write.n; write.err != nil || write.n == 0 {
			f.t.Errorf("write: %d bytes, %v", write.n, write.err)
		} else if sent < size {
			from.Write(write.start(), data[sent:])
		}
	})
	read = f.call(func() {
		received += read.n
		switch {
		case read.err != nil || read.n == 0:
			f.t.Errorf("read: %d bytes, %v", read.n, read.err)
		case received < size:
			to.Read(read.start(), got[received:min(received+50_000, size)])
			return
		case !bytes.Equal(got, data):
			f.t.Error("the bytes read are not the bytes written")
		}
		done()
	})
	from.Write(write.start(), data)
	to.Read(read.start(), got[:min(50_000, size)])
}

// testShortWrites sends more than any buffer holds.
func testShortWrites(f *fixture) {
	a, b := f.pair()
	done := false
	f.transfer(a, b, 16<<20, func() { done = true })
	f.until("16 MiB", func() bool { return done })
}

func testBothDirections(f *fixture) {
	a, b := f.pair()
	done := 0
	f.transfer(a, b, 4<<20, func() { done++ })
	f.transfer(b, a, 4<<20, func() { done++ })
	f.until("both transfers", func() bool { return done == 2 })
}

func testScatterGather(f *fixture) {
	a, b := f.pair()
	data := pattern(100_000)
	out := [][]byte{data[:1], data[1:1], data[1:70_000], nil, data[70_000:]}
	in := make([]byte, len(data))
	read, write := f.call(nil), f.call(nil)
	sent, received := 0, 0
	for received < len(data) {
		if rest := skip(out, sent); len(rest) > 0 && write.idle() {
			sent += write.n
			write.n = 0
			if rest = skip(out, sent); len(rest) > 0 {
				a.WriteV(write.start(), rest)
			}
		}
		part := in[received:]
		b.ReadV(read.start(), [][]byte{part[:len(part)/3], {}, part[len(part)/3:]})
		f.ok(read)
		received += read.n
	}
	f.ok(write)
	if !bytes.Equal(in, data) {
		f.t.Error("the bytes read are not the bytes written")
	}
	if len(out[0]) != 1 || len(out[2]) != 69_999 {
		f.t.Error("the gather write has changed the vector")
	}
}

// skip returns v without its first n bytes; v is not changed.
func skip(v [][]byte, n int) [][]byte {
	for i, b := range v {
		if n < len(b) {
			return append([][]byte{b[n:]}, v[i+1:]...)
		}
		n -= len(b)
	}
	return nil
}

// testHugeVectors: the buffers of a vector may be more than 4 GiB together, also on
// 32-bit systems: the bytes that fit are written.
func testHugeVectors(f *fixture) {
	v := make([][]byte, 1024)
	for i := range v {
		v[i] = pattern(4 << 20) // all share one buffer
	}
	a, b := f.pair()
	n, err := a.TryWriteV(v)
	if err == proactor.ErrWouldBlock { // TryWrite never writes on backends where it might wait
		n, err = 0, nil
	} else if n <= 0 || err != nil {
		f.t.Fatalf("TryWriteV: %d, %v", n, err)
	}
	got := make([]byte, n)
	f.read(b, got)
	if !bytes.Equal(got, pattern(4 << 20)[:n]) {
		f.t.Error("TryWriteV: the bytes read are not the bytes written")
	}

	// The write has a stream of its own, which is read no further before the cancel:
	// wine 8 loses a cancel that comes while it sends another part of a write.
	a, b = f.pair()
	write := f.call(nil)
	a.WriteV(write.start(), v)
	got = make([]byte, 1000)
	f.read(b, got)
	a.Cancel()
	f.wait(write)
	if write.err == nil && write.n <= 0 || !bytes.Equal(got, pattern(4 << 20)[:len(got)]) {
		f.t.Errorf("WriteV: %d, %v", write.n, write.err)
	}
}

// testLongVectors uses more buffers than the kernel takes at once.
func testLongVectors(f *fixture) {
	const buffers = 3000
	a, b := f.pair()
	data := pattern(buffers * 2)
	var out [][]byte
	for i := range buffers {
		out = append(out, data[2*i:2*i+2])
	}
	in, received := make([]byte, len(data)), 0
	write, read := f.call(nil), f.call(nil)
	for sent := 0; sent < len(data); sent += write.n {
		a.WriteV(write.start(), skip(out, sent))
		f.ok(write)
	}
	for received < len(data) {
		var v [][]byte
		for i := received; i < len(in); i++ {
			v = append(v, in[i:i+1])
		}
		b.ReadV(read.start(), v)
		f.ok(read)
		received += read.n
	}
	if !bytes.Equal(in, data) {
		f.t.Error("the bytes read are not the bytes written")
	}
}

// testEndOfStream closes one end: bytes written before are read first.
func testEndOfStream(f *fixture) {
	a, b := f.pair()
	f.write(a, []byte("last words"))
	a.Close()
	got := make([]byte, 10)
	f.read(b, got)
	if string(got) != "last words" {
		f.t.Errorf("read %q", got)
	}
	for range 2 { // every later read returns the end
		c := f.call(nil)
		b.Read(c.start(), got)
		f.wait(c)
		if c.n != 0 || c.err != io.EOF {
			f.t.Errorf("read at the end: %d, %v", c.n, c.err)
		}
	}
	waiting, other := f.pair()
	c := f.call(nil)
	waiting.ReadV(c.start(), [][]byte{got}) // before the end
	other.Close()
	f.wait(c)
	if c.n != 0 || c.err != io.EOF {
		f.t.Errorf("scatter read at the end: %d, %v", c.n, c.err)
	}
}

// testPeerReset closes one end with bytes unread: operations of the other end fail
// and do not wait for ever.
func testPeerReset(f *fixture) {
	a, b := f.pair()
	waiting, _ := f.fill(a)
	b.Close()
	f.wait(waiting)
	write, read := f.call(nil), f.call(nil)
	for range 3 {
		a.Write(write.start(), []byte("anybody there?"))
		f.wait(write)
	}
	if write.err == nil {
		f.t.Error("a write to a stream that was reset succeeded")
	}
	if op := (*net.OpError)(nil); !errors.As(write.err, &op) || op.Op != "write" || op.Net != f.network {
		f.t.Errorf("%v (%T) is not a *net.OpError of a write over %s", write.err, write.err, f.network)
	}
	a.Read(read.start(), make([]byte, 1))
	f.wait(read)
	if read.err == nil || read.n != 0 {
		f.t.Errorf("read of a stream that was reset: %d, %v", read.n, read.err)
	}
	a, b = f.pair()
	f.write(a, []byte("unread"))
	b.Close()
	a.Read(read.start(), make([]byte, 1))
	f.wait(read)
	if op := (*net.OpError)(nil); read.err != io.EOF && (!errors.As(read.err, &op) || op.Op != "read" || op.Net != f.network) {
		f.t.Errorf("%v (%T) is not a *net.OpError of a read over %s", read.err, read.err, f.network)
	}
}

func testManyStreams(f *fixture) {
	const streams = 50
	done := 0
	for range streams {
		a, b := f.pair()
		f.transfer(a, b, 100_000, func() { done++ })
		f.transfer(b, a, 1, func() { done++ })
	}
	f.until("all transfers", func() bool { return done == 2*streams })
}

// testStartFromManyGoroutines starts reads and writes while another goroutine
// dispatches.
func testStartFromManyGoroutines(f *fixture) {
	const starters, rounds = 4, 200
	type end struct{ a, b *proactor.Handle }
	var all sync.WaitGroup
	finished := 0
	for range starters {
		var e end
		e.a, e.b = f.pair()
		done := make(chan struct{}, 1)
		read, write := f.call(func() { done <- struct{}{} }), f.call(nil)
		last := f.call(func() { finished++ })
		written := make(chan struct{}, 1)
		write.then = func() { written <- struct{}{} }
		all.Go(func() {
			buf := make([]byte, 1)
			for range rounds {
				e.b.Read(read.start(), buf)
				e.a.Write(write.start(), []byte("x"))
				<-done
				<-written
			}
			f.d.Post(last.start())
		})
	}
	f.until("all rounds", func() bool { return finished == starters })
	all.Wait()
}
