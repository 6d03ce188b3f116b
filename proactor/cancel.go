package proactor

import "sync"

// Four calls cancel: one operation (Dispatcher.Cancel), everything on one handle
// (Handle.Cancel), everything in one cancel group (CancelGroup.Cancel), everything
// on a dispatcher (CancelAll). All of them ask the operation to complete early, and
// may come too late: an operation that is complete by then keeps its result, and a
// stream that was accepted or connected is for its handler to close.

// Cancel asks op to complete early. If the request comes in time, op completes with
// ErrCanceled, or with the part that was already done. If it comes too late, op
// completes as if Cancel had not been called. Posts are not cancelled. Any goroutine
// may call Cancel at any time; while op is being started, the request may come too
// early.
func (d *Dispatcher) Cancel(op *Operation) {
	if d.journal != nil && d.journal.Ask(&op.op, "cancel", func() { d.Cancel(op) }) {
		return
	}
	switch k := op.outstandingKind(); k {
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
	case KindExternal, KindProcess, KindResolve, KindSignal, KindEvent:
		d.mu.Lock()
		if c := op.settings.Load(); c != nil && c.armed {
			d.endEarlyLocked(c, ErrCanceled)
		}
		d.mu.Unlock()
		d.wake()
	default:
		d.mu.Lock()
		if c := op.settings.Load(); c != nil && c.armed {
			d.endEarlyLocked(c, ErrCanceled)
		} else if op.outstanding.CompareAndSwap(uint32(k), uint32(k)|cancelling) {
			d.backend.Cancel(&op.op)
			op.outstanding.Store(uint32(k))
		}
		d.mu.Unlock()
		d.retryAcceptsNow()
	}
}

// CancelAll cancels everything that is outstanding on d. Operations that are started
// later are not affected.
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

// cancelExternalLocked cancels external operations, waits for events and signals, and
// ticks that wait for their handler or run it.
func (d *Dispatcher) cancelExternalLocked() {
	for _, c := range d.external {
		d.endEarlyLocked(c, ErrCanceled)
	}
}

// endEarly ends the operation of c. The caller holds a lock that disarm takes, so
// that the operation stays outstanding meanwhile.
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

// endGeneration is endEarly for a caller that may come too late: it has no effect if
// the operation has completed since that generation.
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

// endEarlyLocked asks the operation of c to complete early, for the given reason.
// The first reason counts. The caller wakes the dispatcher. Backends take their own
// locks in Cancel, and never call the dispatcher while they hold them.
func (d *Dispatcher) endEarlyLocked(c *settings, why error) {
	op := c.op
	late := c.policy == completeMultishot && c.reason == ErrDeadlineExceeded // that ends one shot, if it comes in time
	if c.reason != nil && !late || d.closed.Load() {
		return
	}
	c.reason = why
	switch op.outstandingKind() {
	case KindNone, KindPost:
	case KindTimer:
		if d.timers.holds(op) {
			d.timers.remove(op)
			d.completeLocked(op, why)
		}
	case KindSignal, KindEvent:
		c.waits.endLocked(c, why)
	case KindExternal, KindProcess, KindResolve:
		if c.launched {
			d.requestCancelLocked(c)
		}
	default:
		if c.launched {
			d.backend.Cancel(&op.op)
		}
		d.backoff.expireNowLocked(d) // op may be an accept that waits
	}
}

// CancelGroup is a set of operations that one call cancels, as a rule those of one
// connection: reads, writes, timers, on any handles and dispatchers. Its zero value
// is ready. It is embedded in the object whose operations it groups. Operations
// without a group do not pay for it.
type CancelGroup struct {
	mu          sync.Mutex // taken before Dispatcher.mu
	outstanding settingsSet
}

// SetCancelGroup puts the operation into g, from its next start on; nil takes it out
// of its group.
func (o *Operation) SetCancelGroup(g *CancelGroup) { o.changeSettings().group = g }

// Cancel cancels the operations of g that are outstanding. An operation that
// completes meanwhile, and is started again by its handler, is not cancelled. Any
// goroutine may call Cancel.
func (g *CancelGroup) Cancel() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.outstanding {
		c.d.endEarly(c, ErrCanceled)
	}
}

// Outstanding is the number of operations of g that are outstanding.
func (g *CancelGroup) Outstanding() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.outstanding)
}

func (g *CancelGroup) add(c *settings) {
	g.mu.Lock()
	if c.index[inGroup] == 0 { // else a multishot operation is started again
		g.outstanding.add(c, inGroup)
	}
	g.mu.Unlock()
}

func (g *CancelGroup) remove(c *settings) {
	g.mu.Lock()
	g.outstanding.remove(c, inGroup)
	g.mu.Unlock()
}

// settingsSet is a set of settings, each of which knows its index in the set: adding
// and removing one needs no search, and allocates nothing in steady state. The owner
// of the set covers it with a lock.
type settingsSet []*settings

// The sets that the settings of an operation can be in at the same time.
const (
	inGroup = iota
	inDispatcher
	settingsSets
)

// add puts c into s.
func (s *settingsSet) add(c *settings, which int) {
	*s = append(*s, c)
	c.index[which] = len(*s)
}

// remove takes c out of s, if it is in it.
func (s *settingsSet) remove(c *settings, which int) {
	if c.index[which] == 0 {
		return
	}
	i, last := c.index[which]-1, len(*s)-1
	moved := (*s)[last]
	(*s)[i] = moved
	moved.index[which] = i + 1
	c.index[which] = 0
	(*s)[last] = nil
	*s = (*s)[:last]
}
