package conformance

import (
	"errors"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// endings returns the ways to end operations on h early, which return the expected
// error.
func (f *fixture) endings(h *proactor.Handle, c *call, group *proactor.CancelGroup) map[string]func() error {
	return map[string]func() error{
		"Dispatcher.Cancel":    func() error { f.d.Cancel(&c.op); return proactor.ErrCanceled },
		"Handle.Cancel":        func() error { h.Cancel(); return proactor.ErrCanceled },
		"CancelGroup.Cancel":   func() error { group.Cancel(); return proactor.ErrCanceled },
		"Dispatcher.CancelAll": func() error { f.d.CancelAll(); return proactor.ErrCanceled },
		"Handle.Close":         func() error { h.Close(); return proactor.ErrHandleClosed },
	}
}

// ended checks the error of c.
func (f *fixture) ended(how string, c *call, want error) {
	f.t.Helper()
	f.wait(c)
	if c.err != want {
		f.t.Errorf("%s ends it with %v, want %v", how, c.err, want)
	}
}

// testMultishotCanceledByHandler: a cancel from the handler itself ends the
// operation, in each of the ways to cancel. Then the operation can be started
// again, unaffected.
func testMultishotCanceledByHandler(f *fixture) {
	for how := range f.endings(nil, nil, nil) {
		ln := f.listen()
		var group proactor.CancelGroup
		var want error
		accepted, end := 0, true
		accept := f.multishot(func(c *call) {
			if c.err == nil {
				accepted++
				c.stream.Close()
			}
			if c.err == nil && end {
				want = f.endings(ln, c, &group)[how]()
			}
		})
		accept.op.SetCancelGroup(&group)
		ln.AcceptMultishot(accept.start())
		connect := f.call(nil)
		f.connect(connect, ln)
		f.wait(connect) // CancelAll may have come before its completion
		f.until("the end", accept.idle)
		f.ended(how, accept, want)
		if accepted != 1 {
			f.t.Errorf("%d streams accepted with %s after the first", accepted, how)
		}
		if want != proactor.ErrCanceled {
			continue // the listener is closed
		}
		end = false
		ln.AcceptMultishot(accept.start())
		f.dial(ln)
		f.dial(ln)
		f.until("two more streams", func() bool { return accepted == 3 })
		ln.Close()
		f.failed(accept, proactor.ErrHandleClosed)
	}
}

// testMultishotCanceledBeforeHandler: two operations complete, and the handler that
// is called first cancels both.
func testMultishotCanceledBeforeHandler(f *fixture) {
	pool := proactor.NewBufferPool(16, 4)
	var near, far [2]*proactor.Handle
	var receive [2]*call
	for i := range near {
		near[i], far[i] = f.pair()
		receive[i] = f.multishot(func(c *call) {
			if c.err == nil {
				c.op.Buffer().Release()
				near[0].Cancel()
				near[1].Cancel()
			}
		})
	}
	for i := range near {
		if _, err := far[i].TryWrite([]byte{1}); err != nil && err != proactor.ErrWouldBlock {
			f.t.Fatal(err)
		}
		near[i].ReceiveMultishot(receive[i].start(), pool)
	}
	for i, c := range receive {
		if c.done == 0 {
			f.write(far[i], []byte{2}) // where TryWrite would not write
		}
		f.until("the end", c.idle)
		if c.err != proactor.ErrCanceled {
			f.t.Errorf("receive %d ends with %v", i, c.err)
		}
	}
	f.flush()
	f.released(pool, 4)
}

// testAcceptMultishotHoldsBack: without free descriptors nothing is accepted and
// the operation does not end; with descriptors it continues.
func testAcceptMultishotHoldsBack(f *fixture) {
	ln := f.listen()
	accepted := 0
	accept := f.multishot(func(c *call) {
		if c.err == nil {
			accepted++
			c.stream.Close()
		}
	})
	for round := range 2 {
		f.dial(ln)
		f.dial(ln)
		restore := f.exhaust(f.t)
		done := accept.done
		ln.AcceptMultishot(accept.start())
		f.until("an attempt", func() bool { waiting, _, _ := f.d.PausedAccepts(); return waiting == 1 })
		_, before, last := f.d.PausedAccepts()
		f.until("another one", func() bool { _, now, _ := f.d.PausedAccepts(); return now > before })
		if accept.done != done || !errors.Is(last, backend.EMFILE) {
			f.t.Errorf("without descriptors: completed %d times; %v", accept.done-done, last)
		}
		restore()
		f.until("the streams", func() bool { return accepted == 2*(round+1) })
		if waiting, _, _ := f.d.PausedAccepts(); waiting != 0 {
			f.t.Errorf("with descriptors: %d wait", waiting)
		}
		f.d.Cancel(&accept.op)
		f.canceled(accept)
	}
}

// testAcceptMultishotEndsHeldBack: an operation that is held back can be ended in
// all ways.
func testAcceptMultishotEndsHeldBack(f *fixture) {
	for how := range f.endings(nil, nil, nil) {
		f.endHeldBack(how, func(ln *proactor.Handle, c *call, w *proactor.CancelGroup) error { return f.endings(ln, c, w)[how]() })
	}
	f.endHeldBack("its time-out", func(_ *proactor.Handle, c *call, _ *proactor.CancelGroup) error { return proactor.ErrDeadlineExceeded })
	f.endHeldBack("Dispatcher.Close", func(*proactor.Handle, *call, *proactor.CancelGroup) error {
		f.d.Close()
		return proactor.ErrClosed
	})
}

func (f *fixture) endHeldBack(how string, end func(*proactor.Handle, *call, *proactor.CancelGroup) error) {
	f.t.Helper()
	ln := f.listen()
	f.dial(ln)
	accept := f.multishot(func(*call) {})
	var group proactor.CancelGroup
	accept.op.SetCancelGroup(&group)
	if how == "its time-out" {
		accept.op.SetTimeout(short)
	}
	restore := f.exhaust(f.t)
	defer restore()
	ln.AcceptMultishot(accept.start())
	f.until("an attempt", func() bool { waiting, _, _ := f.d.PausedAccepts(); return waiting == 1 || accept.idle() })
	want := end(ln, accept, &group)
	if want == proactor.ErrClosed {
		if accept.err != want {
			f.t.Errorf("%s ends it with %v", how, accept.err)
		}
		return
	}
	f.ended(how, accept, want)
	ln.Close()
}

// dial connects to ln, and leaves the connection to the accepting side.
func (f *fixture) dial(ln *proactor.Handle) {
	f.t.Helper()
	c := f.call(nil)
	f.connect(c, ln)
	f.ok(c)
}
