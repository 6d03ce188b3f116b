package proactor

import "slices"

// Processor is an asynchronous operation processor of somebody else's: a library
// with callbacks, a device, a computation on other goroutines. Its operations
// complete through a Dispatcher as all others do: one place for handlers, tokens,
// deadlines, contexts, owners, priorities and the record.
//
//	initiator              dispatcher             processor
//	c := d.Begin(op, p) ──▶ outstanding
//	p.Do(..., c)        ─────────────────────────▶ works
//	                        Cancel, deadline ... ─▶ p.Cancel(c)
//	                        handler  ◀───────────  c.Complete(n, err)
type Processor interface {
	// Cancel asks for the operation to be completed soon: with ErrCanceled if
	// nothing was done, or with what was. It is called at most once for each
	// Begin, by the dispatcher, as handlers are: it must not block. It is never
	// called once the operation's handler was, but it may be called while another
	// goroutine is about to complete the operation, and before Begin's caller has
	// told the processor.
	Cancel(c Completion)
}

// Completion is how a Processor completes one start of one operation. It is a
// small value; its methods may be called from any goroutine.
type Completion struct {
	d          *Dispatcher
	settings   *settings
	generation uint64
	id         OperationID // of the record, if the operation has one and a processor
}

// externalOperation is what a user-defined operation has in addition. The
// dispatcher's mu covers it.
type externalOperation struct {
	processor  Processor
	completion Completion
	cancelPost Operation // a post that calls the processor's Cancel
	cancelling bool      // it is outstanding: the handler is not called before it has been
	done       bool      // Complete was called
}

// Begin makes op outstanding until the Completion that is returned is used. What
// has to be done for op is between the caller and p, which is only asked to
// cancel. If p is nil, cancelling op completes it at once.
//
// Close of the dispatcher asks p to cancel, and waits until op is complete.
func (d *Dispatcher) StartExternal(op *Operation, p Processor) Completion {
	c := op.ensureSettings()
	if c.external == nil {
		c.external = new(externalOperation)
		c.external.cancelPost.Handler = c.external
	}
	d.begin(op, KindExternal)
	ended := d.arm(c)
	d.mu.Lock()
	u := c.external
	u.processor, u.completion = p, Completion{d: d, settings: c, generation: c.generation}
	u.cancelPost.Strand, u.cancelPost.Priority = op.Strand, op.Priority
	u.done, u.cancelling = false, false
	if ended == nil && d.closed.Load() {
		ended = ErrClosed
	}
	if ended != nil {
		u.done = true
		completion := u.completion
		d.completeAndUnlock(&op.op, ended)
		return completion
	}
	if op.slot != nil && p != nil {
		u.completion.id = OperationID(op.slot.ID)
	}
	d.external.add(c, inDispatcher)
	c.launched = true
	if c.reason != nil {
		d.requestCancelLocked(c)
	}
	completion := u.completion
	d.mu.Unlock()
	d.wake()
	return completion
}

// Operation is the one that c completes. It is the runtime's: nothing of it but
// its Token may be looked at.
func (c Completion) Operation() *Operation { return c.settings.op }

// Complete completes the operation: its handler will be called with n and err.
// The first call counts. It returns false, and does nothing, if the operation was
// complete already, also if it has been started again meanwhile: because Complete
// was called twice, which is a mistake of the processor's that Diagnostics.Completions
// reports, or because the operation has no processor and was cancelled, or because
// it had ended before it began.
func (c Completion) Complete(n int, err error) bool {
	d, u := c.d, c.settings.external
	if d.journal != nil && d.journal.Ask(&c.settings.op.op, "complete", func() { c.Complete(n, err) }) {
		return true
	}
	d.mu.Lock()
	if c.settings.generation != c.generation || u.done {
		d.mu.Unlock()
		if c.id != 0 && d.checks != nil && d.checks.Completions {
			d.checks.report(FindingTwice, c.id, "its processor has called Complete again", nil)
		}
		return false
	}
	d.completeExternalLocked(c.settings, n, err)
	d.mu.Unlock()
	d.wake()
	return true
}

// completeExternalLocked puts the operation of c where the next round finds it, or leaves
// that to the call of Cancel which is in progress. mu is held.
func (d *Dispatcher) completeExternalLocked(c *settings, n int, err error) {
	c.external.done = true
	d.external.remove(c, inDispatcher)
	c.op.op.N, c.op.op.Err = n, err
	if !c.external.cancelling {
		d.posted.Push(&c.op.op)
	}
	d.externalDone.Signal()
}

// requestCancelLocked has the processor's Cancel called on the dispatcher, with no lock
// held. mu is held.
func (d *Dispatcher) requestCancelLocked(c *settings) {
	u := c.external
	switch {
	case u.done || u.cancelling:
	case u.processor == nil:
		d.completeExternalLocked(c, 0, ErrCanceled)
	default:
		u.cancelling = true
		u.cancelPost.Handler = u
		d.begin(&u.cancelPost, KindPost)
		d.completeLocked(&u.cancelPost, nil)
	}
}

// HandleCompletion is the handler of ask.
func (u *externalOperation) HandleCompletion(*Operation) {
	d, c := u.completion.d, u.completion.settings
	d.mu.Lock()
	done := u.done
	d.mu.Unlock()
	if !done {
		u.processor.Cancel(u.completion)
	}
	d.mu.Lock()
	u.cancelling = false
	if u.done {
		d.posted.Push(&c.op.op)
		d.externalDone.Signal()
	}
	d.mu.Unlock()
	d.wake()
}

// closeExternal asks for the end of all that is held: d is being closed.
func (d *Dispatcher) closeExternal() {
	d.mu.Lock()
	for i := len(d.external) - 1; i >= 0; i-- {
		if c := d.external[i]; !c.inTick {
			d.requestCancelLocked(c)
		}
	}
	sets := slices.Clone(d.signalSets)
	d.mu.Unlock()
	for _, s := range sets {
		s.close(ErrClosed)
	}
}

// awaitExternal waits until a processor has completed something, and reports false
// once nothing is left that it could. The turn is held.
func (d *Dispatcher) awaitExternal() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.externalDone.L = &d.mu
	for len(d.external) > 0 && d.posted.Empty() {
		d.externalDone.Wait()
	}
	return !d.posted.Empty()
}
