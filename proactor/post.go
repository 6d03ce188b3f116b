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

// Defer is Post for work that may wait until the goroutine that led last is back
// ([Dispatcher.Lead]). Post has the goroutine inside Run take the dispatcher over,
// which wakes a thread. After Defer the operation completes when the leader leads
// again, and there is nothing to wake; if it does not, then within 5 ms. Leaders that
// stay away for longer than 0.3 ms are noticed: then, and whenever no leader is
// expected, Defer is Post.
//
// It is meant for what a goroutine gives the dispatcher between two waits, and
// would do itself before the second one. Operations that a goroutine posts and
// defers complete in one order.
func (d *Dispatcher) Defer(op *Operation) {
	if d.journal != nil {
		d.Post(op) // nobody leads
		return
	}
	d.begin(op, KindPost)
	d.mu.Lock()
	if !d.mayDefer() {
		d.hand(&op.op, nil)
		return
	}
	op.op.Err = nil
	d.posted.Push(&op.op)
	d.mu.Unlock()
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
