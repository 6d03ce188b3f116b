package proactor

// Cancellation of one operation, of everything on one handle (Handle.Cancel), of
// everything that one owner has started (Owner.Cancel), and of everything. All
// of them ask, and may be too late: an operation that is done by then completes
// with what it has done, and a stream that was accepted or connected is its
// handler's to close.

// Cancel asks for op to complete early. If it was in time, op completes with
// ErrCanceled, or with the part that was already done; if it was not, op
// completes as if nothing had been asked. Posts are not cancelled. The one
// thing a caller must not do is call it while op is being started on another
// handle, or as another kind, than the last time: Owner.Cancel may be called then.
func (d *Dispatcher) Cancel(op *Operation) {
	if d.journal != nil && d.journal.Ask(&op.op, "cancel", func() { d.Cancel(op) }) {
		return
	}
	switch k := Kind(op.outstanding.Load()); k {
	case KindNone, KindPost:
	case KindTimer:
		d.mu.Lock()
		if d.timers.holds(op) {
			d.timers.remove(op)
			d.hand(&op.op, ErrCanceled)
			return
		}
		if c := op.control.Load(); c != nil && c.ticking {
			d.end(c, ErrCanceled)
		}
		d.mu.Unlock()
	case KindUser, KindSignal:
		d.mu.Lock()
		if c := op.control.Load(); c != nil {
			d.end(c, ErrCanceled)
		}
		d.mu.Unlock()
		d.wake()
	default:
		if r := op.rare.Load(); r != nil {
			r.shots.stopped.Store(true) // also between two completions
		}
		d.backend.Cancel(&op.op)
		d.hasten()
	}
}

// CancelAll is Cancel for everything that is outstanding on d. It does not
// concern what is started afterwards.
func (d *Dispatcher) CancelAll() {
	if d.journal != nil && d.journal.Ask(nil, "cancel all", d.CancelAll) {
		return
	}
	d.mu.Lock()
	if !d.closed.Load() {
		for _, op := range d.timers.runningTimers() {
			d.timers.remove(op)
			d.complete(op, ErrCanceled)
		}
		d.endHeld()
	}
	d.mu.Unlock()
	d.cancels.Add(1)
	d.backend.CancelAll()
	d.hasten()
	d.wake()
}

// endHeld ends user-defined operations, ticks that are on their way, and waits
// for signals. mu is held.
func (d *Dispatcher) endHeld() {
	for i := len(d.held) - 1; i >= 0; i-- { // end may take the last one out
		d.end(d.held[i], ErrCanceled)
	}
	for _, s := range d.sets {
		s.completeAll(ErrCanceled)
	}
}

// endNow ends the operation of c, which is outstanding for as long as the caller
// wants: it holds a lock that settle takes.
func (d *Dispatcher) endNow(c *control, why error) {
	d.mu.Lock()
	start := c.start
	if d.journal == nil {
		d.end(c, why)
	}
	d.mu.Unlock()
	if d.journal != nil {
		d.endLate(c, start, why)
	}
	d.wake()
}

// endLate is endNow for a caller who may come too late: only if it is still that
// start.
func (d *Dispatcher) endLate(c *control, start uint64, why error) {
	if d.journal != nil && d.journal.Ask(&c.op.op, "end", func() { d.endLate(c, start, why) }) {
		return
	}
	d.mu.Lock()
	if c.start == start {
		d.end(c, why)
	}
	d.mu.Unlock()
	d.wake()
}

// end asks for the operation of c to complete early, for that reason. The first
// reason counts. mu is held; the caller wakes the dispatcher. Backends take locks
// of their own in Cancel, and never call a dispatcher back under them.
func (d *Dispatcher) end(c *control, why error) {
	op := c.op
	if r := op.rare.Load(); r != nil && why == ErrCanceled {
		r.shots.stopped.Store(true) // also between two completions
	}
	if c.why != nil || d.closed.Load() {
		return
	}
	c.why = why
	switch Kind(op.outstanding.Load()) {
	case KindNone, KindPost:
	case KindTimer:
		if d.timers.holds(op) {
			d.timers.remove(op)
			d.complete(op, why)
		}
	case KindSignal:
		if c.set != nil && c.set.waiting.Remove(&op.op) {
			d.complete(op, why)
		}
	case KindUser:
		if c.launched {
			d.askProcessor(c)
		}
	default:
		if c.launched {
			d.backend.Cancel(&op.op)
			d.backoff.hasten(d)
		}
	}
}

// complete puts op where the next round finds it. mu is held.
func (d *Dispatcher) complete(op *Operation, err error) {
	op.op.Err = err
	d.posted.Push(&op.op)
}
