package conformance

import (
	"bytes"
	"errors"
	"io"
	"net"

	"github.com/actum-go/actum/proactor"
)

// tryRead reads from h without an operation, once there are bytes.
func (f *fixture) tryRead(h *proactor.Handle, b []byte) (n int, err error) {
	f.t.Helper()
	f.until("something to read", func() bool {
		if n, err = h.TryRead(b); err != proactor.ErrWouldBlock {
			return true
		}
		f.d.Post(f.call(nil).start()) // makes RunOne return, to try again
		return false
	})
	return n, err
}

func testTryRead(f *fixture) {
	a, b := f.pair()
	buf := make([]byte, 100)
	if n, err := b.TryRead(buf); n != 0 || err != proactor.ErrWouldBlock {
		f.t.Errorf("TryRead of nothing: %d, %v", n, err)
	}
	f.write(a, []byte("hello"))
	if n, err := f.tryRead(b, buf); string(buf[:n]) != "hello" || err != nil {
		f.t.Errorf("TryRead: %q, %v", buf[:n], err)
	}
	a.Close()
	if n, err := f.tryRead(b, buf); n != 0 || err != io.EOF {
		f.t.Errorf("TryRead at the end: %d, %v", n, err)
	}
	b.Close()
	f.tryFails(b, "a closed handle", net.ErrClosed)
}

// tryFails: nothing can be read from h or written to h.
func (f *fixture) tryFails(h *proactor.Handle, what string, want error) {
	f.t.Helper()
	b := make([]byte, 1)
	for name, try := range map[string]func() (int, error){
		"TryRead":   func() (int, error) { return h.TryRead(b) },
		"TryWrite":  func() (int, error) { return h.TryWrite(b) },
		"TryWriteV": func() (int, error) { return h.TryWriteV([][]byte{b}) },
	} {
		if n, err := try(); n != 0 || !errors.Is(err, want) {
			f.t.Errorf("%s of %s: %d, %v; want %v", name, what, n, err, want)
		}
	}
}

func testTryWrite(f *fixture) {
	a, b := f.pair()
	if n, err := a.TryWrite([]byte("hello")); n != 5 || err != nil {
		f.t.Fatalf("TryWrite: %d, %v", n, err)
	}
	v := [][]byte{[]byte(", "), nil, []byte("world")}
	if n, err := a.TryWriteV(v); n != 7 || err != nil || len(v[0]) != 2 {
		f.t.Fatalf("TryWriteV: %d, %v, vector %q", n, err, v)
	}
	got := make([]byte, 12)
	f.read(b, got)
	if string(got) != "hello, world" {
		f.t.Errorf("read %q", got)
	}
	a.Close()
	f.tryFails(a, "a closed handle", net.ErrClosed)
}

// testTryThenStart is a speculative write: TryWrite until there is no room, then an
// operation that waits for room. No byte is lost or duplicated.
func testTryThenStart(f *fixture) {
	a, b := f.pair()
	data := pattern(8 << 20)
	sent := 0
	var write *call
	more := func() {
		for sent < len(data) {
			n, err := a.TryWrite(data[sent:min(sent+70_000, len(data))])
			sent += n
			if err == proactor.ErrWouldBlock {
				a.Write(write.start(), data[sent:])
				return
			}
			if err != nil {
				f.t.Fatal(err)
			}
		}
	}
	write = f.call(func() {
		sent += write.n
		more()
	})
	more()
	got := make([]byte, len(data))
	f.read(b, got)
	if !bytes.Equal(got, data) {
		f.t.Error("the bytes read are not the bytes written")
	}
}
