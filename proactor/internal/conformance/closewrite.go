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
func (f *fixture) readToEnd(h *proactor.Handle) []byte {
	f.t.Helper()
	var all []byte
	buf := make([]byte, 64<<10)
	c := f.call(nil)
	for {
		h.Read(c.start(), buf)
		f.wait(c)
		all = append(all, buf[:c.n]...)
		if c.err == io.EOF && c.n == 0 {
			return all
		}
		if c.err != nil {
			f.t.Fatalf("read: %d, %v", c.n, c.err)
		}
	}
}

// testCloseWrite: the peer reads what was written, then the end; the other
// direction still works.
func testCloseWrite(f *fixture) {
	a, b := f.pair()
	f.write(a, []byte("last words"))
	for range 2 {
		if err := a.CloseWrite(); err != nil {
			f.t.Fatal(err)
		}
	}
	if got := f.readToEnd(b); string(got) != "last words" {
		f.t.Errorf("read %q before the end", got)
	}
	late := f.call(nil)
	a.Write(late.start(), []byte("more"))
	f.wait(late)
	if late.err != proactor.ErrWriteClosed || !errors.Is(late.err, backend.EPIPE) || late.n != 0 {
		f.t.Errorf("write after CloseWrite: %d, %v", late.n, late.err)
	}
	if n, err := a.TryWrite([]byte("more")); n != 0 || err != proactor.ErrWriteClosed {
		f.t.Errorf("TryWrite after CloseWrite: %d, %v", n, err)
	}
	if n, err := a.TryWriteV([][]byte{[]byte("mo"), []byte("re")}); n != 0 || err != proactor.ErrWriteClosed {
		f.t.Errorf("TryWriteV after CloseWrite: %d, %v", n, err)
	}
	f.write(b, []byte("answer"))
	got := make([]byte, 6)
	f.read(a, got)
	if string(got) != "answer" {
		f.t.Errorf("read %q", got)
	}
}

// testCloseWriteWaits: writes that were started before are completed before the
// end.
func testCloseWriteWaits(f *fixture) {
	a, b := f.pair()
	waiting, sent := f.fill(a)
	behind, late := f.call(nil), f.call(nil)
	a.Write(behind.start(), []byte("behind"))
	if err := a.CloseWrite(); err != nil {
		f.t.Fatal(err)
	}
	a.Write(late.start(), []byte("late"))
	got := f.readToEnd(b)
	f.ok(waiting)
	f.ok(behind)
	if want := sent + waiting.n + behind.n; len(got) != want || !bytes.HasSuffix(got, []byte("behind")[:behind.n]) {
		f.t.Errorf("read %d bytes, want %d", len(got), want)
	}
	f.wait(late)
	if late.err != proactor.ErrWriteClosed {
		f.t.Errorf("write after CloseWrite: %v", late.err)
	}
}

// testCloseWriteCancel: the end is sent even if the writes before it are cancelled.
func testCloseWriteCancel(f *fixture) {
	a, b := f.pair()
	waiting, sent := f.fill(a)
	if err := a.CloseWrite(); err != nil {
		f.t.Fatal(err)
	}
	a.Cancel()
	f.wait(waiting)
	if got := f.readToEnd(b); len(got) != sent+waiting.n {
		f.t.Errorf("read %d bytes, want %d", len(got), sent+waiting.n)
	}
}

// testCloseWriteWrong: CloseWrite fails on handles without a write side and on
// closed ones.
func testCloseWriteWrong(f *fixture) {
	a, _ := f.pair()
	a.Close()
	if err := a.CloseWrite(); err != proactor.ErrHandleClosed {
		f.t.Errorf("CloseWrite of a closed handle: %v", err)
	}
	if err := f.listen().CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		f.t.Errorf("CloseWrite of a listener: %v", err)
	}
	_, w := f.pipe()
	if err := w.CloseWrite(); !errors.Is(err, errors.ErrUnsupported) {
		f.t.Errorf("CloseWrite of a pipe: %v", err)
	}
}

// testCloseWriteMoveTo: a stream whose write side is closed stays so on another
// dispatcher.
func testCloseWriteMoveTo(f *fixture) {
	a, b := f.pair()
	if err := a.CloseWrite(); err != nil {
		f.t.Fatal(err)
	}
	other, err := f.beside() // after the pair: virtual time passes only while all dispatchers wait
	if err != nil {
		f.t.Fatal(err)
	}
	defer other.Close()
	if err := a.MoveTo(other); errors.Is(err, errors.ErrUnsupported) {
		f.t.Skip(err)
	} else if err != nil {
		f.t.Fatal(err)
	}
	if n, err := a.TryWrite([]byte("more")); n != 0 || err != proactor.ErrWriteClosed {
		f.t.Errorf("TryWrite: %d, %v", n, err)
	}
	if n, err := a.TryWriteV([][]byte{[]byte("mo"), []byte("re")}); n != 0 || err != proactor.ErrWriteClosed {
		f.t.Errorf("TryWriteV: %d, %v", n, err)
	}
	if err := a.CloseWrite(); err != nil {
		f.t.Errorf("CloseWrite again: %v", err)
	}
	late := f.call(nil)
	a.Write(late.start(), []byte("late"))
	for !late.idle() {
		if _, err := other.RunOne(context.Background()); err != nil {
			f.t.Fatal(err)
		}
	}
	if late.err != proactor.ErrWriteClosed || late.n != 0 {
		f.t.Errorf("Write: %d, %v", late.n, late.err)
	}
	a.Close()
	if err := other.Close(); err != nil {
		f.t.Error(err)
	}
	if got := f.readToEnd(b); len(got) != 0 {
		f.t.Errorf("read %q before the end", got)
	}
}
