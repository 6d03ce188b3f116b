package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"

	"github.com/actum-go/actum/proactor"
)

// receive reads from h until n bytes have arrived and the sender's call has
// completed.
func (f *fixture) receive(h *proactor.Handle, n int, sender *call) []byte {
	f.t.Helper()
	got := make([]byte, n)
	f.read(h, got)
	f.ok(sender)
	return got
}

// testTransmit sends every combination of header, range and trailer.
func testTransmit(f *fixture) {
	data := pattern(70_000)
	file := f.file(data)
	a, b := f.pair()
	header, trailer := []byte("header: "), []byte(" :trailer")
	for _, c := range []struct {
		name string
		t    proactor.Transmission
		want []byte // the expected part of the file
	}{
		{"all", proactor.Transmission{File: file}, data},
		{"to the end", proactor.Transmission{File: file, Offset: 69_000}, data[69_000:]},
		{"a range", proactor.Transmission{File: file, Offset: 10, Length: 5000}, data[10:5010]},
		{"a byte", proactor.Transmission{File: file, Offset: 69_999, Length: 1}, data[69_999:]},
		{"at the end", proactor.Transmission{File: file, Offset: 70_000}, nil},
		{"an empty file", proactor.Transmission{File: f.file(nil)}, nil},
		{"no file", proactor.Transmission{}, nil},
	} {
		for parts := range 4 {
			want := c.want
			c.t.Header, c.t.Trailer = nil, nil
			if parts&1 != 0 {
				c.t.Header = header
				want = append(bytes.Clone(header), want...)
			}
			if parts&2 != 0 {
				c.t.Trailer = trailer
				want = append(bytes.Clone(want), trailer...)
			}
			send := f.call(nil)
			a.TransmitFile(send.start(), &c.t)
			if got := f.receive(b, len(want), send); !bytes.Equal(got, want) || send.n != len(want) || c.t.Sent() != int64(send.n) {
				f.t.Errorf("%s, parts %d: %d bytes sent, %d are right", c.name, parts, send.n, len(want))
			}
		}
	}
}

// big returns more bytes than a stream of this backend holds.
func (f *fixture) big() int {
	if f.d.Backend().Name == "sim" {
		return 1 << 20
	}
	return 32 << 20
}

// testTransmitBig sends more than any socket holds, in both directions at once, and
// checks that another stream works meanwhile.
func testTransmitBig(f *fixture) {
	data := pattern(f.big())
	file := f.file(data)
	a, b := f.pair()
	posts := 0
	var post *call
	sends := [2]*call{f.call(nil), f.call(nil)}
	post = f.call(func() {
		if posts++; posts < 1000 && !sends[0].idle() {
			f.d.Post(post.start())
		}
	})
	received := 0
	for i, ends := range [][2]*proactor.Handle{{a, b}, {b, a}} {
		ends[0].TransmitFile(sends[i].start(), &proactor.Transmission{Header: data[:100], File: file, Offset: 100, Trailer: []byte{1, 2, 3}})
		f.check(ends[1], append(bytes.Clone(data), 1, 2, 3), func() { received++ })
	}
	f.d.Post(post.start())
	f.until("both", func() bool { return received == 2 && sends[0].idle() && sends[1].idle() && post.idle() })
	for _, c := range sends {
		if c.err != nil || c.n != len(data)+3 {
			f.t.Errorf("transmit: %d, %v", c.n, c.err)
		}
	}
	if posts < 3 {
		f.t.Errorf("%d posts were served meanwhile", posts)
	}
}

// check reads len(want) bytes and compares them with want; then it calls done.
func (f *fixture) check(h *proactor.Handle, want []byte, done func()) {
	buf := make([]byte, 100_000)
	at := 0
	var c *call
	c = f.call(func() {
		if c.err != nil || !bytes.Equal(buf[:c.n], want[at:at+c.n]) {
			f.t.Errorf("%d bytes at %d, %v: not what was sent", c.n, at, c.err)
			done()
			return
		}
		if at += c.n; at == len(want) {
			done()
			return
		}
		h.Read(c.start(), buf[:min(len(buf), len(want)-at)])
	})
	h.Read(c.start(), buf)
}

// testTransmitInOrder starts transmissions between writes.
func testTransmitInOrder(f *fixture) {
	data := pattern(1 << 20)
	file := f.file(data)
	a, b := f.pair()
	var want []byte
	var calls []*call
	for i := range 10 {
		word := fmt.Appendf(nil, "write %d", i)
		write, send := f.call(nil), f.call(nil)
		a.Write(write.start(), word)
		a.TransmitFile(send.start(), &proactor.Transmission{Header: word, File: file, Offset: int64(i), Length: 200_000})
		want = append(append(append(want, word...), word...), data[i:i+200_000]...)
		calls = append(calls, write, send)
	}
	received := false
	f.check(b, want, func() { received = true })
	f.until("everything", func() bool { return received })
	for _, c := range calls {
		f.ok(c)
	}
}

// testTransmitOneFile sends one file over many streams at once.
func testTransmitOneFile(f *fixture) {
	const streams = 20
	data := pattern(500_000)
	file := f.file(data)
	received := 0
	var sends []*call
	for range streams {
		a, b := f.pair()
		send := f.call(nil)
		a.TransmitFile(send.start(), &proactor.Transmission{File: file})
		f.check(b, data, func() { received++ })
		sends = append(sends, send)
	}
	f.until("all of them", func() bool { return received == streams })
	for _, c := range sends {
		f.ok(c)
	}
}

// testTransmitWrong: invalid arguments, and a file that ends early.
func testTransmitWrong(f *fixture) {
	file := f.file(pattern(1000))
	a, b := f.pair()
	send := f.call(nil)
	for _, t := range []proactor.Transmission{
		{File: file, Offset: -1},
		{File: file, Length: -1},
		{File: file, Offset: math.MaxInt64, Length: math.MaxInt64},
		{File: file, Offset: math.MaxInt64, Length: 10},
		{File: file, Offset: 10, Length: math.MaxInt64},
		{Length: 10},
		{Header: []byte("h"), File: file, Offset: 1001, Trailer: []byte("t")}, // behind the end
	} {
		a.TransmitFile(send.start(), &t)
		f.wait(send)
		if !errors.Is(send.err, fs.ErrInvalid) || send.n != 0 {
			f.t.Errorf("offset %d, length %d: %d, %v", t.Offset, t.Length, send.n, send.err)
		}
	}
	a.TransmitFile(send.start(), &proactor.Transmission{Header: []byte("h"), File: file, Offset: 900, Length: 101, Trailer: []byte("t")})
	f.wait(send)
	if send.err != io.ErrUnexpectedEOF || send.n != 101 {
		f.t.Errorf("a file that is too short: %d, %v", send.n, send.err)
	}
	got := make([]byte, 101)
	f.read(b, got)
	if !bytes.Equal(got, append([]byte("h"), pattern(1000)[900:]...)) {
		f.t.Error("what was sent of it is something else")
	}
	a.TransmitFile(send.start(), &proactor.Transmission{Header: []byte("h"), File: b})
	f.wait(send)
	if send.err != proactor.ErrWrongHandle || send.n != 0 {
		f.t.Errorf("a stream for a file: %d, %v", send.n, send.err)
	}
	file.Close()
	a.TransmitFile(send.start(), &proactor.Transmission{File: file})
	f.failed(send, proactor.ErrHandleClosed)
	f.write(a, []byte("on")) // the stream still works
	f.read(b, got[:2])
}

// testTransmitCancel cancels a transmission that waits for room: N bytes were sent,
// and no more.
func testTransmitCancel(f *fixture) {
	data := pattern(f.big())
	file := f.file(data)
	for i := range 3 {
		a, b := f.pair()
		send, waiting := f.call(nil), f.call(nil)
		a.TransmitFile(send.start(), &proactor.Transmission{File: file})
		a.TransmitFile(waiting.start(), &proactor.Transmission{File: file})
		got := make([]byte, 100_000)
		f.read(b, got)
		if i == 0 {
			a.Cancel()
		} else {
			f.d.Cancel(&waiting.op)
			f.d.Cancel(&send.op)
		}
		f.canceled(waiting)
		f.wait(send)
		if send.err != proactor.ErrCanceled || send.n < len(got) {
			f.t.Fatalf("cancelled transmit: %d, %v", send.n, send.err)
		}
		end := f.call(nil)
		a.Write(end.start(), []byte("end"))
		got = append(got, make([]byte, send.n+3-len(got))...)
		f.read(b, got[100_000:])
		f.ok(end)
		if !bytes.Equal(got[:send.n], data[:send.n]) || string(got[send.n:]) != "end" {
			f.t.Error("the bytes received are not N bytes of the file")
		}
	}
}

// testTransmitClose closes the stream, the file or the peer during a transmission.
func testTransmitClose(f *fixture) {
	data := pattern(f.big())
	for _, what := range []string{"stream", "file", "peer"} {
		file := f.file(data)
		a, b := f.pair()
		send := f.call(nil)
		a.TransmitFile(send.start(), &proactor.Transmission{File: file})
		f.read(b, make([]byte, 100_000))
		switch what {
		case "stream":
			a.Close()
		case "file":
			file.Close()
			f.until("the end", func() bool { // in a loop, because a transmission that waits does not use its file
				if send.idle() {
					return true
				}
				b.TryRead(make([]byte, 1<<20))
				f.d.Post(f.call(nil).start())
				return false
			})
		case "peer":
			b.Close()
		}
		f.wait(send)
		if send.err == nil || send.n < 100_000 || send.n == len(data) {
			f.t.Errorf("%s closed: %d, %v", what, send.n, send.err)
		}
		if what != "peer" && send.err != proactor.ErrHandleClosed {
			f.t.Errorf("%s closed: %v", what, send.err)
		}
		file.Close()
		b.Close()
	}
}

func testTransmitCloseDispatcher(f *fixture) {
	file := f.file(pattern(f.big()))
	var sends []*call
	for range 5 {
		a, _ := f.pair()
		for range 2 {
			send := f.call(nil)
			a.TransmitFile(send.start(), &proactor.Transmission{File: file})
			sends = append(sends, send)
		}
	}
	if _, err := f.d.Poll(); err != nil {
		f.t.Error(err)
	}
	if err := f.d.Close(); err != nil {
		f.t.Error(err)
	}
	for _, c := range sends {
		if c.done != 1 || c.err != proactor.ErrClosed {
			f.t.Errorf("completed %d times, %d, %v", c.done, c.n, c.err)
		}
	}
}
