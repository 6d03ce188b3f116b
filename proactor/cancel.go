package proactor

// Cancellation of one operation, of everything on one handle (Handle.Cancel), of
// everything that one owner has started (Owner.Cancel), and of everything. All
// of them ask, and may be too late: an operation that is done by then completes
// with what it has done, and a stream that was accepted or connected is its
// handler's to close.

// Cancel asks for op to complete early. If it was in time, op completes with
// ErrCanceled, or with the part that was already done; if it was not, op
// completes as if nothing had been asked. Posts are not cancelled. The one
// thing a caller must not do is start op on another handle at the same time.
func (d *Dispatcher) Cancel(op *Operation) {
	switch k := Kind(op.outstanding.Load()); k {
	case KindNone, KindPost:
	case KindTimer:
		d.mu.Lock()
		if op.index == 0 || !d.timers.holds(op) {
			d.mu.Unlock()
			return
		}
		d.timers.remove(op)
		d.hand(&op.op, ErrCanceled)
	default:
		d.backend.Cancel(&op.op)
	}
}

// CancelAll is Cancel for everything that is outstanding on d. It does not
// concern what is started afterwards.
func (d *Dispatcher) CancelAll() {
	d.mu.Lock()
	for len(d.timers) > 0 && !d.closed.Load() {
		op := d.timers[0].op
		d.timers.remove(op)
		op.op.Err = ErrCanceled
		d.posted.Push(&op.op)
	}
	d.mu.Unlock()
	d.backend.CancelAll()
	d.wake()
}
