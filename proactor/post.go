package proactor

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Post completes op without any I/O: its handler is called by the dispatcher.
// It is how another goroutine has something done there. Operations posted by
// one goroutine complete in that order. It wakes the dispatcher only if that is
// waiting.
func (d *Dispatcher) Post(op *Operation) {
	d.begin(op, KindPost)
	d.mu.Lock()
	d.hand(&op.op, nil)
}

// StartTimer completes op, with a nil error, once the given time has passed; at
// once if it is not positive. A timer fires once; its handler may restart it.
func (d *Dispatcher) StartTimer(op *Operation, after time.Duration) {
	d.begin(op, KindTimer)
	op.deadline = expiry(d.backend.Now(), after)
	d.mu.Lock()
	if d.closed.Load() {
		d.hand(&op.op, ErrClosed)
		return
	}
	d.timers.push(op)
	next := op.index == 1
	d.mu.Unlock()
	if next { // a Wait in progress has too late a deadline
		d.wake()
	}
}

// expiry is when a timer expires, however long it runs.
func expiry(now, after time.Duration) time.Duration {
	if after <= 0 {
		return now
	}
	if after >= backend.NoDeadline-now {
		return backend.NoDeadline - 1
	}
	return now + after
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
