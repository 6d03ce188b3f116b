package conformance

import (
	"errors"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// endings returns the ways to end operations on h early, which return the expected
// error.
func (r *fixture) endings(h *proactor.Handle, c *call, group *proactor.CancelGroup) map[string]func() error {
	return map[string]func() error{
		"Dispatcher.Cancel":    func() error { r.d.Cancel(&c.op); return proactor.ErrCanceled },
		"Handle.Cancel":        func() error { h.Cancel(); return proactor.ErrCanceled },
		"CancelGroup.Cancel":   func() error { group.Cancel(); return proactor.ErrCanceled },
		"Dispatcher.CancelAll": func() error { r.d.CancelAll(); return proactor.ErrCanceled },
		"Handle.Close":         func() error { h.Close(); return proactor.ErrHandleClosed },
	}
}

// ended checks the error of c.
func (r *fixture) ended(how string, c *call, want error) {
	r.t.Helper()
	r.wait(c)
	if c.err != want {
		r.t.Errorf("%s ends it with %v, want %v", how, c.err, want)
	}
}

// testMultishotCanceledByHandler: a cancel from the handler itself ends the
// operation, in each of the ways to cancel. Then the operation can be started
// again, unaffected.
func testMultishotCanceledByHandler(r *fixture) {
	for how := range r.endings(nil, nil, nil) {
		ln := r.listen()
		var group proactor.CancelGroup
		var want error
		accepted, end := 0, true
		accept := r.multishot(func(c *call) {
			if c.err == nil {
				accepted++
				c.stream.Close()
			}
			if c.err == nil && end {
				want = r.endings(ln, c, &group)[how]()
			}
		})
		accept.op.SetCancelGroup(&group)
		ln.AcceptMultishot(accept.start())
		connect := r.call(nil)
		r.connect(connect, ln)
		r.wait(connect) // CancelAll may have come before its completion
		r.until("the end", accept.idle)
		r.ended(how, accept, want)
		if accepted != 1 {
			r.t.Errorf("%d streams accepted with %s after the first", accepted, how)
		}
		if want != proactor.ErrCanceled {
			continue // the listener is closed
		}
		end = false
		ln.AcceptMultishot(accept.start())
		r.dial(ln)
		r.dial(ln)
		r.until("two more streams", func() bool { return accepted == 3 })
		ln.Close()
		r.failed(accept, proactor.ErrHandleClosed)
	}
}

// testMultishotCanceledBeforeHandler: two operations complete, and the handler that
// is called first cancels both.
func testMultishotCanceledBeforeHandler(r *fixture) {
	pool := proactor.NewBufferPool(16, 4)
	var near, far [2]*proactor.Handle
	var receive [2]*call
	for i := range near {
		near[i], far[i] = r.pair()
		receive[i] = r.multishot(func(c *call) {
			if c.err == nil {
				c.op.Buffer().Release()
				near[0].Cancel()
				near[1].Cancel()
			}
		})
	}
	for i := range near {
		if _, err := far[i].TryWrite([]byte{1}); err != nil && err != proactor.ErrWouldBlock {
			r.t.Fatal(err)
		}
		near[i].ReceiveMultishot(receive[i].start(), pool)
	}
	for i, c := range receive {
		if c.done == 0 {
			r.write(far[i], []byte{2}) // where TryWrite would not write
		}
		r.until("the end", c.idle)
		if c.err != proactor.ErrCanceled {
			r.t.Errorf("receive %d ends with %v", i, c.err)
		}
	}
	r.flush()
	r.released(pool, 4)
}

// testAcceptMultishotHoldsBack: without free descriptors nothing is accepted and
// the operation does not end; with descriptors it continues.
func testAcceptMultishotHoldsBack(r *fixture) {
	ln := r.listen()
	accepted := 0
	accept := r.multishot(func(c *call) {
		if c.err == nil {
			accepted++
			c.stream.Close()
		}
	})
	for round := range 2 {
		r.dial(ln)
		r.dial(ln)
		restore := r.exhaust(r.t)
		done := accept.done
		ln.AcceptMultishot(accept.start())
		r.until("an attempt", func() bool { waiting, _, _ := r.d.PausedAccepts(); return waiting == 1 })
		_, before, last := r.d.PausedAccepts()
		r.until("another one", func() bool { _, now, _ := r.d.PausedAccepts(); return now > before })
		if accept.done != done || !errors.Is(last, backend.EMFILE) {
			r.t.Errorf("without descriptors: completed %d times; %v", accept.done-done, last)
		}
		restore()
		r.until("the streams", func() bool { return accepted == 2*(round+1) })
		if waiting, _, _ := r.d.PausedAccepts(); waiting != 0 {
			r.t.Errorf("with descriptors: %d wait", waiting)
		}
		r.d.Cancel(&accept.op)
		r.canceled(accept)
	}
}

// testAcceptMultishotEndsHeldBack: an operation that is held back can be ended in
// all ways.
func testAcceptMultishotEndsHeldBack(r *fixture) {
	for how := range r.endings(nil, nil, nil) {
		r.endHeldBack(how, func(ln *proactor.Handle, c *call, w *proactor.CancelGroup) error { return r.endings(ln, c, w)[how]() })
	}
	r.endHeldBack("its time-out", func(_ *proactor.Handle, c *call, _ *proactor.CancelGroup) error { return proactor.ErrDeadlineExceeded })
	r.endHeldBack("Dispatcher.Close", func(*proactor.Handle, *call, *proactor.CancelGroup) error {
		r.d.Close()
		return proactor.ErrClosed
	})
}

func (r *fixture) endHeldBack(how string, end func(*proactor.Handle, *call, *proactor.CancelGroup) error) {
	r.t.Helper()
	ln := r.listen()
	r.dial(ln)
	accept := r.multishot(func(*call) {})
	var group proactor.CancelGroup
	accept.op.SetCancelGroup(&group)
	if how == "its time-out" {
		accept.op.SetTimeout(short)
	}
	restore := r.exhaust(r.t)
	defer restore()
	ln.AcceptMultishot(accept.start())
	r.until("an attempt", func() bool { waiting, _, _ := r.d.PausedAccepts(); return waiting == 1 || accept.idle() })
	want := end(ln, accept, &group)
	if want == proactor.ErrClosed {
		if accept.err != want {
			r.t.Errorf("%s ends it with %v", how, accept.err)
		}
		return
	}
	r.ended(how, accept, want)
	ln.Close()
}

// dial connects to ln, and leaves the connection to the accepting side.
func (r *fixture) dial(ln *proactor.Handle) {
	r.t.Helper()
	c := r.call(nil)
	r.connect(c, ln)
	r.ok(c)
}
