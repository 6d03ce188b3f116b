package netio

import (
	"errors"
	"net"
	"os"
	"sync"

	"github.com/actum-go/actum/proactor"
)

// direction is one direction of a connection, or a listener. It has one operation
// at a time and one deadline. A call takes these steps:
//
//  1. enter: wait for calls in progress; fail if the direction is closed or expired
//  2. try without waiting
//  3. begin, start the operation, await; again if the deadline that ended the operation
//     was replaced meanwhile. A read does this with awaitReadable where that is possible,
//     and then continues with step 2
//  4. leave
//
// A call that would wait in a handler of the same dispatcher, in step 1 or 3, fails
// with proactor.ErrInHandler.
type direction struct {
	d      *proactor.Dispatcher
	callMu sync.Mutex // held by the goroutine whose call is in progress

	op   proactor.Operation
	done chan struct{} // op has completed; capacity 1

	mu          sync.Mutex // guards the fields below; held for a few instructions
	closed      bool
	expired     bool // the deadline has passed
	interrupted bool // op was cancelled because the deadline has passed
	deadline    deadline
	readable    readable
}

func (h *direction) init(d *proactor.Dispatcher) {
	h.d = d
	h.done = make(chan struct{}, 1)
	h.op.Handler = h
}

// HandleCompletion implements proactor.Handler, for op.
func (h *direction) HandleCompletion(op *proactor.Operation) {
	if h.readable.handle != nil {
		h.onReadable(op.Err())
		return
	}
	h.done <- struct{}{}
}

// enter waits until no other call is in progress. Unless it fails, the caller has
// to call leave.
func (h *direction) enter() error {
	if !h.callMu.TryLock() {
		if h.d.InHandler() { // the call in progress may need this dispatcher
			return proactor.ErrInHandler
		}
		h.callMu.Lock()
	}
	h.mu.Lock()
	err := h.refusalLocked()
	h.mu.Unlock()
	if err != nil {
		h.callMu.Unlock()
	}
	return err
}

func (h *direction) leave() { h.callMu.Unlock() }

// refusalLocked returns the reason why no operation can be started, or nil.
func (h *direction) refusalLocked() error {
	switch {
	case h.closed:
		return net.ErrClosed
	case h.expired:
		return os.ErrDeadlineExceeded
	}
	return nil
}

// begin allows the caller to start op, and returns with mu held. A deadline cannot
// pass between begin and await: it has passed before, and begin fails, or it passes
// after op was started.
func (h *direction) begin() error {
	if h.d.InHandler() {
		return proactor.ErrInHandler
	}
	h.mu.Lock()
	h.interrupted = false
	err := h.refusalLocked()
	if err != nil {
		h.mu.Unlock()
	}
	return err
}

// await unlocks mu and waits for op, which was started. It returns op's result, or
// proactor.ErrWouldBlock if the deadline interrupted op before it moved any bytes:
// then the caller tries again.
func (h *direction) await() (int, error) {
	h.mu.Unlock()
	<-h.done
	n, err := h.op.N(), h.op.Err()
	if err == nil || n > 0 {
		return n, nil // the next call returns the error
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.interrupted && errors.Is(err, proactor.ErrCanceled) {
		return 0, proactor.ErrWouldBlock
	}
	return 0, err
}

// interruptLocked ends the call that waits, if there is one, because the deadline has
// passed: it cancels the operation in progress, unless the call can leave it behind.
func (h *direction) interruptLocked() {
	if h.readable.handle != nil {
		h.wakeReaderLocked()
		return
	}
	h.interrupted = true
	h.d.Cancel(&h.op)
}

// close makes later calls fail, and reports whether this is the first close. The
// handle's Close ends the operation in progress.
func (h *direction) close() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.closed = true
	h.wakeReaderLocked()
	h.deadline.stopLocked(h)
	return true
}
