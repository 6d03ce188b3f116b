package conformance

import (
	"bytes"
	"errors"
	"io"
	"net"

	"github.com/actum-go/actum/proactor"
)

// tryRead reads from h without an operation, once there are bytes.
func (r *fixture) tryRead(h *proactor.Handle, b []byte) (n int, err error) {
	r.t.Helper()
	r.until("something to read", func() bool {
		if n, err = h.TryRead(b); err != proactor.ErrWouldBlock {
			return true
		}
		r.d.Post(r.call(nil).start()) // makes RunOne return, to try again
		return false
	})
	return n, err
}

func testTryRead(r *fixture) {
	a, b := r.pair()
	buf := make([]byte, 100)
	if n, err := b.TryRead(buf); n != 0 || err != proactor.ErrWouldBlock {
		r.t.Errorf("TryRead of nothing: %d, %v", n, err)
	}
	r.write(a, []byte("hello"))
	if n, err := r.tryRead(b, buf); string(buf[:n]) != "hello" || err != nil {
		r.t.Errorf("TryRead: %q, %v", buf[:n], err)
	}
	a.Close()
	if n, err := r.tryRead(b, buf); n != 0 || err != io.EOF {
		r.t.Errorf("TryRead at the end: %d, %v", n, err)
	}
	b.Close()
	r.tryFails(b, "a closed handle", net.ErrClosed)
}

// tryFails: nothing can be read from h or written to h.
func (r *fixture) tryFails(h *proactor.Handle, what string, want error) {
	r.t.Helper()
	b := make([]byte, 1)
	for name, try := range map[string]func() (int, error){
		"TryRead":   func() (int, error) { return h.TryRead(b) },
		"TryWrite":  func() (int, error) { return h.TryWrite(b) },
		"TryWriteV": func() (int, error) { return h.TryWriteV([][]byte{b}) },
	} {
		if n, err := try(); n != 0 || !errors.Is(err, want) {
			r.t.Errorf("%s of %s: %d, %v; want %v", name, what, n, err, want)
		}
	}
}

func testTryWrite(r *fixture) {
	a, b := r.pair()
	if n, err := a.TryWrite([]byte("hello")); n != 5 || err != nil {
		r.t.Fatalf("TryWrite: %d, %v", n, err)
	}
	v := [][]byte{[]byte(", "), nil, []byte("world")}
	if n, err := a.TryWriteV(v); n != 7 || err != nil || len(v[0]) != 2 {
		r.t.Fatalf("TryWriteV: %d, %v, vector %q", n, err, v)
	}
	got := make([]byte, 12)
	r.read(b, got)
	if string(got) != "hello, world" {
		r.t.Errorf("read %q", got)
	}
	a.Close()
	r.tryFails(a, "a closed handle", net.ErrClosed)
}

// testTryThenStart is a speculative write: TryWrite until there is no room, then an
// operation that waits for room. No byte is lost or duplicated.
func testTryThenStart(r *fixture) {
	a, b := r.pair()
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
				r.t.Fatal(err)
			}
		}
	}
	write = r.call(func() {
		sent += write.n
		more()
	})
	more()
	got := make([]byte, len(data))
	r.read(b, got)
	if !bytes.Equal(got, data) {
		r.t.Error("the bytes read are not the bytes written")
	}
}
