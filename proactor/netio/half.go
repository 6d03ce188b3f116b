package netio

import (
	"errors"
	"net"
	"os"
	"sync"

	"github.com/actum-go/actum/proactor"
)

// half is one direction of a connection, or a listener: the one operation it
// has at a time, and the deadline of that. A call goes through these steps:
//
//  1. enter: wait for the turn; a half that is closed or expired refuses
//  2. try without waiting
//  3. begin, start the operation, await; again if the deadline that ended it
//     was taken back meanwhile
//  4. leave
//
// What would wait in a handler of the same dispatcher, in step 1 or 3, fails with
// proactor.ErrInHandler.
type half struct {
	d    *proactor.Dispatcher
	turn sync.Mutex // held by the goroutine whose call is in progress

	op   proactor.Operation
	done chan struct{} // op has completed; room for one

	mu          sync.Mutex // the rest; held for a few instructions
	closed      bool
	expired     bool // the deadline has passed
	interrupted bool // op was cancelled because of that
	deadline    deadline
}

func (h *half) init(d *proactor.Dispatcher) {
	h.d = d
	h.done = make(chan struct{}, 1)
	h.op.Handler = h
}

// HandleCompletion implements proactor.Handler, for op.
func (h *half) HandleCompletion(*proactor.Operation) { h.done <- struct{}{} }

// enter waits for the caller's turn, which leave ends. If it fails the caller has
// no turn.
func (h *half) enter() error {
	if !h.turn.TryLock() {
		if h.d.InHandler() { // whoever has the turn may need this dispatcher
			return proactor.ErrInHandler
		}
		h.turn.Lock()
	}
	h.mu.Lock()
	err := h.refusal()
	h.mu.Unlock()
	if err != nil {
		h.turn.Unlock()
	}
	return err
}

func (h *half) leave() { h.turn.Unlock() }

// refusal is why nothing can be started; nil if it can. mu is held.
func (h *half) refusal() error {
	switch {
	case h.closed:
		return net.ErrClosed
	case h.expired:
		return os.ErrDeadlineExceeded
	}
	return nil
}

// begin allows the caller to start op. Until await nobody interrupts it: either
// its deadline has passed before, and it is refused, or it finds op started.
func (h *half) begin() error {
	if h.d.InHandler() {
		return proactor.ErrInHandler
	}
	h.mu.Lock()
	h.interrupted = false
	err := h.refusal()
	if err != nil {
		h.mu.Unlock()
	}
	return err
}

// await waits for op, which was started. The result is op's, but for an
// operation that was interrupted and has done nothing: that is
// proactor.ErrWouldBlock, try again.
func (h *half) await() (int, error) {
	h.mu.Unlock()
	<-h.done
	n, err := h.op.N(), h.op.Err()
	if err == nil || n > 0 {
		return n, nil // what else is wrong the next call is told
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.interrupted && errors.Is(err, proactor.ErrCanceled) {
		return 0, proactor.ErrWouldBlock
	}
	return 0, err
}

// interrupt ends the operation in progress, if there is one, because the
// deadline has passed. mu is held.
func (h *half) interrupt() {
	h.interrupted = true
	h.d.Cancel(&h.op)
}

// close refuses what comes later, and reports whether nobody has done so before.
// What is in progress ends with the handle.
func (h *half) close() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.closed = true
	h.deadline.stop(h)
	return true
}
