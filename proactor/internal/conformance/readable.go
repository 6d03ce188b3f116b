package conformance

import (
	"errors"
	"io"
	"net"

	"github.com/actum-go/actum/proactor"
)

// readable starts AwaitReadable on h until TryRead finds something, and returns that.
func (r *fixture) readable(h *proactor.Handle, c *call) (got string, err error) {
	r.t.Helper()
	buf := make([]byte, 100)
	for {
		n, err := h.TryRead(buf)
		if err != proactor.ErrWouldBlock {
			return string(buf[:n]), err
		}
		h.AwaitReadable(c.start())
		r.ok(c)
		if c.n != 0 {
			r.t.Errorf("moved %d bytes", c.n)
		}
	}
}

// testAwaitReadable: it completes when there are bytes, or at the end, consumes
// nothing, and ends early when it is cancelled or its handle is closed.
func testAwaitReadable(r *fixture) {
	a, b := r.pair()
	c := r.call(nil)
	if !b.CanAwaitReadable() {
		b.AwaitReadable(c.start())
		if r.wait(c); !errors.Is(c.err, errors.ErrUnsupported) {
			r.t.Error(c.err)
		}
		return
	}
	for _, text := range []string{"one", "two"} {
		if n, err := b.TryRead(make([]byte, 1)); n != 0 || err != proactor.ErrWouldBlock {
			r.t.Fatal(n, err)
		}
		b.AwaitReadable(c.start())
		r.poll()
		if n, err := b.TryRead(make([]byte, 1)); n != 0 || err != proactor.ErrWouldBlock {
			r.t.Errorf("TryRead of nothing, while it is awaited: %d, %v", n, err)
		}
		r.write(a, []byte(text))
		r.ok(c)
		if got, err := r.readable(b, c); got != text || err != nil {
			r.t.Errorf("%q, %v; want %q", got, err, text)
		}
	}
	if c.done < 2 {
		r.t.Error("never waited")
	}
	stopped := r.call(nil)
	for _, s := range []struct {
		stop func()
		want error
	}{
		{func() { r.d.Cancel(&stopped.op) }, proactor.ErrCanceled},
		{b.Cancel, proactor.ErrCanceled},
		{func() { a.Close() }, nil},
	} {
		b.AwaitReadable(stopped.start())
		s.stop()
		if r.wait(stopped); !errors.Is(stopped.err, s.want) {
			r.t.Errorf("%v, want %v", stopped.err, s.want)
		}
	}
	if got, err := r.readable(b, c); got != "" || err != io.EOF {
		r.t.Errorf("at the end: %q, %v", got, err)
	}
}

// testCloseAwaitReadable: Close ends it, and it fails on what is no stream.
func testCloseAwaitReadable(r *fixture) {
	ln := r.listen()
	c := r.call(nil)
	ln.AwaitReadable(c.start())
	if r.wait(c); !errors.Is(c.err, errors.ErrUnsupported) {
		r.t.Errorf("on a listener: %v", c.err)
	}
	_, b := r.pair()
	if !b.CanAwaitReadable() {
		return
	}
	b.TryRead(make([]byte, 1))
	b.AwaitReadable(c.start())
	b.Close()
	if r.wait(c); !errors.Is(c.err, net.ErrClosed) {
		r.t.Error(c.err)
	}
	b.AwaitReadable(c.start())
	if r.wait(c); !errors.Is(c.err, net.ErrClosed) {
		r.t.Errorf("after Close: %v", c.err)
	}
}
