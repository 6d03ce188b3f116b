package conformance

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/actum-go/actum/proactor"
)

// testWriteAll: one completion for more bytes than a stream holds, and for none.
func testWriteAll(f *fixture) {
	data := pattern(f.big())
	a, b := f.pair()
	received := false
	write := f.call(nil)
	a.WriteAll(write.start(), data)
	f.check(b, data, func() { received = true })
	f.until("all bytes", func() bool { return received && write.idle() })
	if write.err != nil || write.n != len(data) || write.op.Kind() != proactor.KindWriteAll {
		f.t.Errorf("%v: %d, %v", write.op.Kind(), write.n, write.err)
	}
	a.WriteAll(write.start(), nil)
	f.ok(write)
	if write.n != 0 {
		f.t.Errorf("of nothing: %d", write.n)
	}
	a.Write(write.start(), []byte("x")) // the same operation as another kind
	f.ok(write)
	if write.op.Kind() != proactor.KindWrite {
		f.t.Errorf("a write is %v", write.op.Kind())
	}
}

// testWriteAllInOrder: neither another write nor the end comes between its bytes.
func testWriteAllInOrder(f *fixture) {
	data := pattern(f.big() / 4)
	a, b := f.pair()
	var calls []*call
	var want []byte
	for i := range 3 {
		all, word := f.call(nil), f.call(nil)
		a.WriteAll(all.start(), data)
		a.WriteV(word.start(), [][]byte{{byte(i)}})
		calls = append(calls, all, word)
		want = append(append(want, data...), byte(i))
	}
	if err := a.CloseWrite(); err != nil {
		f.t.Fatal(err)
	}
	if got := f.readToEnd(b); !bytes.Equal(got, want) {
		f.t.Errorf("read %d bytes, want %d, or they differ", len(got), len(want))
	}
	for _, c := range calls {
		f.ok(c)
	}
	a.WriteAll(calls[0].start(), data)
	f.wait(calls[0])
	if calls[0].err == nil || calls[0].n != 0 {
		f.t.Errorf("after CloseWrite: %d, %v", calls[0].n, calls[0].err)
	}
}

// testReadFull reads bytes that arrive in parts.
func testReadFull(f *fixture) {
	data := pattern(200_000)
	a, b := f.pair()
	buf := make([]byte, len(data))
	read, sent := f.call(nil), 0
	var write *call
	write = f.call(func() {
		if sent += write.n; sent < len(data) {
			a.Write(write.start(), data[sent:min(sent+777, len(data))])
		}
	})
	b.ReadFull(read.start(), buf)
	a.Write(write.start(), data[:1])
	f.ok(read)
	if read.n != len(data) || !bytes.Equal(buf, data) || read.op.Kind() != proactor.KindReadFull {
		f.t.Errorf("%v: %d bytes, or they differ", read.op.Kind(), read.n)
	}
	b.ReadFull(read.start(), nil)
	f.ok(read)
	if read.n != 0 {
		f.t.Errorf("of nothing: %d", read.n)
	}
}

// testReadFullEnds: the stream ends before the first byte, and after some bytes.
func testReadFullEnds(f *fixture) {
	for _, sent := range []string{"", "some"} {
		a, b := f.pair()
		read := f.call(nil)
		buf := make([]byte, 9)
		b.ReadFull(read.start(), buf)
		if sent != "" {
			f.write(a, []byte(sent))
		}
		a.Close()
		want := io.EOF
		if sent != "" {
			want = io.ErrUnexpectedEOF
		}
		f.wait(read)
		if read.err != want || string(buf[:read.n]) != sent {
			f.t.Errorf("%q, %v; want %q, %v", buf[:read.n], read.err, sent, want)
		}
	}
}

// testReadFullPipe reads a pipe.
func testReadFullPipe(f *fixture) {
	in, out := f.pipe()
	read, write := f.call(nil), f.call(nil)
	buf := make([]byte, 6)
	in.ReadFull(read.start(), buf)
	f.write(out, []byte("abc"))
	if !read.idle() {
		out.WriteAll(write.start(), []byte("def"))
		f.ok(write)
	}
	f.ok(read)
	if string(buf) != "abcdef" {
		f.t.Errorf("read %q", buf)
	}
}

// partial has a ReadFull and a WriteAll that are partly done.
type partial struct {
	read, write       *call
	a, reader, writer *proactor.Handle
	buf               [9]byte
}

// partial starts both on streams of their own, after calling set with each.
func (f *fixture) partial(set func(*proactor.Operation)) *partial {
	x := &partial{read: f.call(nil), write: f.call(nil)}
	x.a, x.reader = f.pair()
	writer, d := f.pair()
	x.writer = writer
	set(&x.read.op)
	set(&x.write.op)
	x.reader.ReadFull(x.read.start(), x.buf[:])
	f.write(x.a, []byte("some"))
	x.writer.WriteAll(x.write.start(), pattern(f.big()))
	f.read(d, make([]byte, 1000))
	f.flush()
	return x
}

// lostNothing reads the bytes that the ReadFull, which has ended, has not read.
func (f *fixture) lostNothing(x *partial) {
	x.a.Close()
	got := append(x.buf[:x.read.n:x.read.n], f.readToEnd(x.reader)...)
	if string(got) != "some" {
		f.t.Errorf("read %q in all", got)
	}
}

// testComposedEnds ends partly done operations in all possible ways: they report
// the part that was done, and do nothing more.
func testComposedEnds(f *fixture) {
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(context.Background())
	var group proactor.CancelGroup
	tests := []struct {
		name string
		end  func(c *call, h *proactor.Handle)
		want error
	}{
		{"cancel", func(c *call, _ *proactor.Handle) { f.d.Cancel(&c.op) }, proactor.ErrCanceled},
		{"cancel of the handle", func(_ *call, h *proactor.Handle) { h.Cancel() }, proactor.ErrCanceled},
		{"cancel of all", func(*call, *proactor.Handle) { f.d.CancelAll() }, proactor.ErrCanceled},
		{"cancel of the group", func(*call, *proactor.Handle) { group.Cancel() }, proactor.ErrCanceled},
		{"close", func(_ *call, h *proactor.Handle) { h.Close() }, proactor.ErrHandleClosed},
		{"context", func(*call, *proactor.Handle) { cancel(gone) }, gone}, // the last one: it has ended
	}
	for _, tt := range tests {
		x := f.partial(func(o *proactor.Operation) {
			o.SetCancelGroup(&group)
			o.SetContext(ctx)
		})
		tt.end(x.read, x.reader)
		tt.end(x.write, x.writer)
		f.wait(x.read)
		f.wait(x.write)
		if !errors.Is(x.read.err, tt.want) {
			f.t.Errorf("%s: read %d, %v", tt.name, x.read.n, x.read.err)
		}
		if !errors.Is(x.write.err, tt.want) || x.write.n < 1000 || x.write.n >= f.big() {
			f.t.Errorf("%s: write %d, %v", tt.name, x.write.n, x.write.err)
		}
		if tt.want != proactor.ErrHandleClosed {
			f.lostNothing(x)
		}
	}
}

// testComposedTimeout: the timeout is for the whole operation, not for each part.
func testComposedTimeout(f *fixture) {
	a, b := f.pair()
	read, write := f.call(nil), f.call(nil)
	var ticker *call
	ticker = f.call(func() {
		if !ticker.op.More() {
			return
		}
		ticker.started++
		if _, err := a.TryWrite([]byte{1}); err != nil {
			f.t.Errorf("TryWrite: %v", err)
		}
	})
	f.d.StartTicker(ticker.start(), time.Millisecond)
	read.op.SetTimeout(10 * time.Millisecond)
	b.ReadFull(read.start(), make([]byte, 1<<20))
	f.wait(read)
	f.d.Cancel(&ticker.op)
	f.wait(ticker)
	if !errors.Is(read.err, proactor.ErrDeadlineExceeded) {
		f.t.Errorf("read %d, %v", read.n, read.err)
	}
	write.op.SetTimeout(10 * time.Millisecond)
	b.WriteAll(write.start(), pattern(f.big()))
	f.wait(write)
	if !errors.Is(write.err, proactor.ErrDeadlineExceeded) || write.n == f.big() {
		f.t.Errorf("write %d, %v", write.n, write.err)
	}
}

// testComposedCancelRace cancels from another goroutine while the parts arrive: N
// is the number of bytes that were read.
func testComposedCancelRace(f *fixture) {
	const size = 100_000
	data := pattern(size)
	a, b := f.pair()
	got, buf := []byte{}, make([]byte, 5000)
	var read *call
	read = f.call(func() {
		got = append(got, buf[:read.n]...)
		if read.err != nil && read.err != proactor.ErrCanceled {
			f.t.Errorf("read: %v", read.err)
			return
		}
		if left := size - len(got); left > 0 {
			b.ReadFull(read.start(), buf[:min(left, len(buf))])
		}
	})
	b.ReadFull(read.start(), buf)
	sent := 0
	var write *call
	write = f.call(func() {
		if sent += write.n; sent < size {
			a.Write(write.start(), data[sent:min(sent+300, size)])
		}
	})
	a.Write(write.start(), data[:1])
	stop := f.cancelling(&read.op)
	f.until("all bytes", func() bool { return len(got) == size && read.idle() })
	stop()
	if !bytes.Equal(got, data) {
		f.t.Error("the bytes read are not the bytes written")
	}
}

// testComposedClose: closing the dispatcher completes the operations with the part
// that was done.
func testComposedClose(f *fixture) {
	x := f.partial(func(*proactor.Operation) {})
	if err := f.d.Close(); err != nil {
		f.t.Error(err)
	}
	if x.read.done != 1 || x.read.err != proactor.ErrClosed || x.read.n > 4 {
		f.t.Errorf("read %d, %v", x.read.n, x.read.err)
	}
	if x.write.done != 1 || x.write.err != proactor.ErrClosed || x.write.n < 1000 {
		f.t.Errorf("write %d, %v", x.write.n, x.write.err)
	}
}
