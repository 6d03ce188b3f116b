package proactor

import (
	"sync"
)

// Cancellation of one operation, of everything on one handle (Handle.Cancel), of
// everything that one owner has started (CancelGroup.Cancel), and of everything. All
// of them ask, and may be too late: an operation that is done by then completes
// with what it has done, and a stream that was accepted or connected is its
// handler's to close.

// Cancel asks for op to complete early. If it was in time, op completes with
// ErrCanceled, or with the part that was already done; if it was not, op
// completes as if nothing had been asked. Posts are not cancelled. The one
// thing a caller must not do is call it while op is being started on another
// handle, or as another kind, than the last time: CancelGroup.Cancel may be called then.
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
			d.completeAndUnlock(&op.op, ErrCanceled)
			return
		}
		if c := op.settings.Load(); c != nil && c.inTick {
			d.endEarlyLocked(c, ErrCanceled)
		}
		d.mu.Unlock()
	case KindExternal, KindSignal:
		d.mu.Lock()
		if c := op.settings.Load(); c != nil {
			d.endEarlyLocked(c, ErrCanceled)
		}
		d.mu.Unlock()
		d.wake()
	default:
		if r := op.extra.Load(); r != nil {
			r.multishot.cancelled.Store(true) // also between two completions
		}
		d.backend.Cancel(&op.op)
		d.retryAcceptsNow()
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
			d.completeLocked(op, ErrCanceled)
		}
		d.cancelExternalLocked()
	}
	d.mu.Unlock()
	d.cancels.Add(1)
	d.backend.CancelAll()
	d.retryAcceptsNow()
	d.wake()
}

// cancelExternalLocked ends user-defined operations, ticks that are on their way, and waits
// for signals. mu is held.
func (d *Dispatcher) cancelExternalLocked() {
	for i := len(d.external) - 1; i >= 0; i-- { // end may take the last one out
		d.endEarlyLocked(d.external[i], ErrCanceled)
	}
	for _, s := range d.signalSets {
		s.completeAllLocked(ErrCanceled)
	}
}

// endEarly ends the operation of c, which is outstanding for as long as the caller
// wants: it holds a lock that settle takes.
func (d *Dispatcher) endEarly(c *settings, why error) {
	d.mu.Lock()
	start := c.generation
	if d.journal == nil {
		d.endEarlyLocked(c, why)
	}
	d.mu.Unlock()
	if d.journal != nil {
		d.endGeneration(c, start, why)
	}
	d.wake()
}

// endGeneration is endEarly for a caller who may come too late: only if it is still that
// start.
func (d *Dispatcher) endGeneration(c *settings, start uint64, why error) {
	if d.journal != nil && d.journal.Ask(&c.op.op, "end", func() { d.endGeneration(c, start, why) }) {
		return
	}
	d.mu.Lock()
	if c.generation == start {
		d.endEarlyLocked(c, why)
	}
	d.mu.Unlock()
	d.wake()
}

// end asks for the operation of c to complete early, for that reason. The first
// reason counts. mu is held; the caller wakes the dispatcher. Backends take locks
// of their own in Cancel, and never call a dispatcher back under them.
func (d *Dispatcher) endEarlyLocked(c *settings, why error) {
	op := c.op
	if r := op.extra.Load(); r != nil && why == ErrCanceled {
		r.multishot.cancelled.Store(true) // also between two completions
	}
	if c.reason != nil || d.closed.Load() {
		return
	}
	c.reason = why
	switch Kind(op.outstanding.Load()) {
	case KindNone, KindPost:
	case KindTimer:
		if d.timers.holds(op) {
			d.timers.remove(op)
			d.completeLocked(op, why)
		}
	case KindSignal:
		if c.set != nil && c.set.waiting.Remove(&op.op) {
			d.completeLocked(op, why)
		}
	case KindExternal:
		if c.launched {
			d.requestCancelLocked(c)
		}
	default:
		if c.launched {
			d.backend.Cancel(&op.op)
			d.backoff.expireNowLocked(d)
		}
	}
}

// complete puts op where the next round finds it. mu is held.
func (d *Dispatcher) completeLocked(op *Operation, err error) {
	op.op.Err = err
	d.posted.Push(&op.op)
}

// CancelGroup is whom operations are started for, a connection as a rule: all that its
// operations have outstanding, on several handles and timers and dispatchers, can
// be cancelled in one go. Its zero value is ready. It is embedded in the object
// that it stands for, and costs nothing to operations that have none.
type CancelGroup struct {
	mu          sync.Mutex // taken before a dispatcher's
	outstanding settingsSet
}

// SetCancelGroup makes w the owner of the operation, from its next start on; nil for
// none.
func (o *Operation) SetCancelGroup(w *CancelGroup) { o.changeSettings().group = w }

// Cancel is Dispatcher.Cancel for everything that w has outstanding. It never
// hits an operation that has completed and was started again, by its handler,
// since Cancel was called. It may be called from any goroutine.
func (w *CancelGroup) Cancel() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.outstanding {
		c.d.endEarly(c, ErrCanceled)
	}
}

// Outstanding is how many operations w has outstanding.
func (w *CancelGroup) Outstanding() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.outstanding)
}

func (w *CancelGroup) add(c *settings) {
	w.mu.Lock()
	if c.index[inGroup] == 0 { // else it is a multishot operation's next start
		w.outstanding.add(c, inGroup)
	}
	w.mu.Unlock()
}

func (w *CancelGroup) remove(c *settings) {
	w.mu.Lock()
	w.outstanding.remove(c, inGroup)
	w.mu.Unlock()
}

// roll is a set of ensureSettings, each of which knows its place: adding and removing
// one takes no search and allocates nothing in steady state. Whoever has the roll
// covers it with a lock.
type settingsSet []*settings

// The rolls that a control can be in at the same time.
const (
	inGroup = iota
	inDispatcher
	settingsSets
)

// add puts c into r.
func (r *settingsSet) add(c *settings, which int) {
	*r = append(*r, c)
	c.index[which] = len(*r)
}

// remove takes c out of r, if it is there.
func (r *settingsSet) remove(c *settings, which int) {
	if c.index[which] == 0 {
		return
	}
	i, last := c.index[which]-1, len(*r)-1
	moved := (*r)[last]
	(*r)[i] = moved
	moved.index[which] = i + 1
	c.index[which] = 0
	(*r)[last] = nil
	*r = (*r)[:last]
}
