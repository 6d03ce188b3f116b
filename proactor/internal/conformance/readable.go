package conformance

import (
	"errors"
	"io"
	"net"

	"github.com/actum-go/actum/proactor"
)

// readable starts AwaitReadable on h until TryRead finds something, and returns that.
func (f *fixture) readable(h *proactor.Handle, c *call) (got string, err error) {
	f.t.Helper()
	buf := make([]byte, 100)
	for {
		n, err := h.TryRead(buf)
		if err != proactor.ErrWouldBlock {
			return string(buf[:n]), err
		}
		h.AwaitReadable(c.start())
		f.ok(c)
		if c.n != 0 {
			f.t.Errorf("moved %d bytes", c.n)
		}
	}
}

// testAwaitReadable: it completes when there are bytes, or at the end, consumes
// nothing, and ends early when it is cancelled or its handle is closed.
func testAwaitReadable(f *fixture) {
	a, b := f.pair()
	c := f.call(nil)
	if !b.CanAwaitReadable() {
		b.AwaitReadable(c.start())
		if f.wait(c); !errors.Is(c.err, errors.ErrUnsupported) {
			f.t.Error(c.err)
		}
		return
	}
	for _, text := range []string{"one", "two"} {
		if n, err := b.TryRead(make([]byte, 1)); n != 0 || err != proactor.ErrWouldBlock {
			f.t.Fatal(n, err)
		}
		b.AwaitReadable(c.start())
		f.poll()
		if n, err := b.TryRead(make([]byte, 1)); n != 0 || err != proactor.ErrWouldBlock {
			f.t.Errorf("TryRead of nothing, while it is awaited: %d, %v", n, err)
		}
		f.write(a, []byte(text))
		f.ok(c)
		if got, err := f.readable(b, c); got != text || err != nil {
			f.t.Errorf("%q, %v; want %q", got, err, text)
		}
	}
	if c.done < 2 {
		f.t.Error("never waited")
	}
	stopped := f.call(nil)
	for _, s := range []struct {
		stop func()
		want error
	}{
		{func() { f.d.Cancel(&stopped.op) }, proactor.ErrCanceled},
		{b.Cancel, proactor.ErrCanceled},
		{func() { a.Close() }, nil},
	} {
		b.AwaitReadable(stopped.start())
		s.stop()
		if f.wait(stopped); !errors.Is(stopped.err, s.want) {
			f.t.Errorf("%v, want %v", stopped.err, s.want)
		}
	}
	if got, err := f.readable(b, c); got != "" || err != io.EOF {
		f.t.Errorf("at the end: %q, %v", got, err)
	}
}

// testCloseAwaitReadable: Close ends it, and it fails on what is no stream.
func testCloseAwaitReadable(f *fixture) {
	ln := f.listen()
	c := f.call(nil)
	ln.AwaitReadable(c.start())
	if f.wait(c); !errors.Is(c.err, errors.ErrUnsupported) {
		f.t.Errorf("on a listener: %v", c.err)
	}
	_, b := f.pair()
	if !b.CanAwaitReadable() {
		return
	}
	b.TryRead(make([]byte, 1))
	b.AwaitReadable(c.start())
	b.Close()
	if f.wait(c); !errors.Is(c.err, net.ErrClosed) {
		f.t.Error(c.err)
	}
	b.AwaitReadable(c.start())
	if f.wait(c); !errors.Is(c.err, net.ErrClosed) {
		f.t.Errorf("after Close: %v", c.err)
	}
}
