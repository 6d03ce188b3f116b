package conformance

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// readToEnd reads until the end of the stream, and returns the bytes before it.
func (r *fixture) readToEnd(h *proactor.Handle) []byte {
	r.t.Helper()
	var all []byte
	buf := make([]byte, 64<<10)
	c := r.call(nil)
	for {
		h.Read(c.start(), buf)
		r.wait(c)
		all = append(all, buf[:c.n]...)
		if c.err == io.EOF && c.n == 0 {
			return all
		}
		if c.err != nil {
			r.t.Fatalf("read: %d, %v", c.n, c.err)
		}
	}
}

// testCloseWrite: the peer reads what was written, then the end; the other
// direction still works.
func testCloseWrite(r *fixture) {
	a, b := r.pair()
	r.write(a, []byte("last words"))
	for range 2 {
		if err := a.CloseWrite(); err != nil {
			r.t.Fatal(err)
		}
	}
	if got := r.readToEnd(b); string(got) != "last words" {
		r.t.Errorf("read %q before the end", got)
	}
	late := r.call(nil)
	a.Write(late.start(), []byte("more"))
	r.wait(late)
	if late.err != proactor.ErrWriteClosed || !errors.Is(late.err, backend.EPIPE) || late.n != 0 {
		r.t.Errorf("write after CloseWrite: %d, %v", late.n, late.err)
	}
	if n, err := a.TryWrite([]byte("more")); n != 0 || err != proactor.ErrWriteClosed {
		r.t.Errorf("TryWrite after CloseWrite: %d, %v", n, err)
	}
	if n, err := a.TryWriteV([][]byte{[]byte("mo"), []byte("re")}); n != 0 || err != proactor.ErrWriteClosed {
		r.t.Errorf("TryWriteV after CloseWrite: %d, %v", n, err)
	}
	r.write(b, []byte("answer"))
	got := make([]byte, 6)
	r.read(a, got)
	if string(got) != "answer" {
		r.t.Errorf("read %q", got)
	}
}

// testCloseWriteWaits: writes that were started before are completed before the
// end.
func testCloseWriteWaits(r *fixture) {
	a, b := r.pair()
	waiting, sent := r.fill(a)
	behind, late := r.call(nil), r.call(nil)
	a.Write(behind.start(), []byte("behind"))
	if err := a.CloseWrite(); err != nil {
		r.t.Fatal(err)
	}
	a.Write(late.start(), []byte("late"))
	got := r.readToEnd(b)
	r.ok(waiting)
	r.ok(behind)
	if want := sent + waiting.n + behind.n; len(got) != want || !bytes.HasSuffix(got, []byte("behind")[:behind.n]) {
		r.t.Errorf("read %d bytes, want %d", len(got), want)
	}
	r.wait(late)
	if late.err != proactor.ErrWriteClosed {
		r.t.Errorf("write after CloseWrite: %v", late.err)
	}
}

// testCloseWriteCancel: the end is sent even if the writes before it are cancelled.
func testCloseWriteCancel(r *fixture) {
	a, b := r.pair()
	waiting, sent := r.fill(a)
	if err := a.CloseWrite(); err != nil {
		r.t.Fatal(err)
	}
	a.Cancel()
	r.wait(waiting)
	if got := r.readToEnd(b); len(got) != sent+waiting.n {
		r.t.Errorf("read %d bytes, want %d", len(got), sent+waiting.n)
	}
}

// testCloseWriteWrong: CloseWrite fails on handles without a write side and on
// closed ones.
func testCloseWriteWrong(r *fixture) {
	a, _ := r.pair()
	a.Close()
	if err := a.CloseWrite(); err != proactor.ErrHandleClosed {
		r.t.Errorf("CloseWrite of a closed handle: %v", err)
	}
	if err := r.listen().CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		r.t.Errorf("CloseWrite of a listener: %v", err)
	}
	_, w := r.pipe()
	if err := w.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		r.t.Errorf("CloseWrite of a pipe: %v", err)
	}
}

// testCloseWriteMoveTo: a stream whose write side is closed stays so on another
// dispatcher.
func testCloseWriteMoveTo(r *fixture) {
	a, b := r.pair()
	if err := a.CloseWrite(); err != nil {
		r.t.Fatal(err)
	}
	other, err := r.beside() // after the pair: virtual time passes only while all dispatchers wait
	if err != nil {
		r.t.Fatal(err)
	}
	defer other.Close()
	if err := a.MoveTo(other); errors.Is(err, errors.ErrUnsupported) {
		r.t.Skip(err)
	} else if err != nil {
		r.t.Fatal(err)
	}
	if n, err := a.TryWrite([]byte("more")); n != 0 || err != proactor.ErrWriteClosed {
		r.t.Errorf("TryWrite: %d, %v", n, err)
	}
	if n, err := a.TryWriteV([][]byte{[]byte("mo"), []byte("re")}); n != 0 || err != proactor.ErrWriteClosed {
		r.t.Errorf("TryWriteV: %d, %v", n, err)
	}
	if err := a.CloseWrite(); err != nil {
		r.t.Errorf("CloseWrite again: %v", err)
	}
	late := r.call(nil)
	a.Write(late.start(), []byte("late"))
	for !late.idle() {
		if _, err := other.RunOne(context.Background()); err != nil {
			r.t.Fatal(err)
		}
	}
	if late.err != proactor.ErrWriteClosed || late.n != 0 {
		r.t.Errorf("Write: %d, %v", late.n, late.err)
	}
	a.Close()
	if err := other.Close(); err != nil {
		r.t.Error(err)
	}
	if got := r.readToEnd(b); len(got) != 0 {
		r.t.Errorf("read %q before the end", got)
	}
}
