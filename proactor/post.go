package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// Post completes op without any I/O: its handler is called by the dispatcher.
// It is how another goroutine has something done there. Operations posted by
// one goroutine complete in that order. It wakes the dispatcher only if that is
// waiting.
func (d *Dispatcher) Post(op *Operation) {
	d.begin(op, KindPost)
	if d.journal != nil && d.ask(op, func() { d.mu.Lock(); d.hand(&op.op, nil) }) {
		return
	}
	d.mu.Lock()
	d.hand(&op.op, nil)
}

// hand gives the dispatcher an operation that has completed with err. mu is
// held, and released.
func (d *Dispatcher) hand(op *backend.Op, err error) {
	closed := d.closed.Load()
	if closed && err == nil {
		err = ErrClosed
	}
	op.Err = err
	d.posted.Push(op)
	d.mu.Unlock()
	if closed {
		d.completeLate()
		return
	}
	d.wake()
}
