package netio

import "github.com/actum-go/actum/proactor"

// readable is how a direction waits for bytes where the backend can wait without a
// buffer (proactor.Handle.AwaitReadable). Nothing belongs to the runtime meanwhile, so
// a goroutine whose deadline passes leaves at once, and op stays outstanding for the
// next one. With net/http a deadline passes in every request, and would cost a cancel
// and a round of the dispatcher. The bytes are read by the goroutine that needs them,
// so that the dispatcher's goroutine has little to do for each connection.
//
// The direction's mu guards the fields, except handle.
type readable struct {
	handle  *proactor.Handle // nil: the backend reads into the caller's buffer
	started bool             // the direction's op is outstanding
	waiting bool             // a goroutine waits for the direction's done
	err     error            // op's error, for that goroutine
}

// initReadable makes h wait for the bytes of handle without a buffer, if that is
// possible.
func (h *direction) initReadable(handle *proactor.Handle) {
	if handle.CanAwaitReadable() {
		h.readable.handle = handle
	}
}

// awaitReadable waits until there may be something to read. It does what begin and await
// do for other operations.
func (h *direction) awaitReadable() error {
	if h.d.InHandler() {
		return proactor.ErrInHandler
	}
	r := &h.readable
	h.mu.Lock()
	if err := h.refusalLocked(); err != nil {
		h.mu.Unlock()
		return err
	}
	start := !r.started
	r.started, r.waiting, r.err = true, true, nil
	h.mu.Unlock()
	if start {
		r.handle.AwaitReadable(&h.op)
	}
	<-h.done
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.refusalLocked(); err != nil {
		return err
	}
	return r.err
}

// onReadable is the end of op.
func (h *direction) onReadable(err error) {
	h.mu.Lock()
	h.readable.started, h.readable.err = false, err
	h.wakeReaderLocked()
	h.mu.Unlock()
}

// wakeReaderLocked wakes the goroutine in awaitReadable, if there is one.
func (h *direction) wakeReaderLocked() {
	if h.readable.waiting {
		h.readable.waiting = false
		h.done <- struct{}{} // does not block: the goroutine takes one for each wait
	}
}
