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
	d     *Dispatcher
	c     *control
	start uint64
	id    OperationID // of the record, if the operation has one and a processor
}

// userOperation is what a user-defined operation has in addition. The
// dispatcher's mu covers it.
type userOperation struct {
	processor  Processor
	completion Completion
	ask        Operation // a post that calls the processor's Cancel
	asking     bool      // it is outstanding: the handler is not called before it has been
	done       bool      // Complete was called
}

// Begin makes op outstanding until the Completion that is returned is used. What
// has to be done for op is between the caller and p, which is only asked to
// cancel. If p is nil, cancelling op completes it at once.
//
// Close of the dispatcher asks p to cancel, and waits until op is complete.
func (d *Dispatcher) Begin(op *Operation, p Processor) Completion {
	c := op.controls()
	if c.user == nil {
		c.user = new(userOperation)
		c.user.ask.Handler = c.user
	}
	d.begin(op, KindUser)
	ended := d.arm(c)
	d.mu.Lock()
	u := c.user
	u.processor, u.completion = p, Completion{d: d, c: c, start: c.start}
	u.ask.Strand, u.ask.Priority = op.Strand, op.Priority
	u.done, u.asking = false, false
	if ended == nil && d.closed.Load() {
		ended = ErrClosed
	}
	if ended != nil {
		u.done = true
		completion := u.completion
		d.hand(&op.op, ended)
		return completion
	}
	if op.slot != nil && p != nil {
		u.completion.id = OperationID(op.slot.ID)
	}
	d.held.add(c, inDispatcher)
	c.launched = true
	if c.why != nil {
		d.askProcessor(c)
	}
	completion := u.completion
	d.mu.Unlock()
	d.wake()
	return completion
}

// Operation is the one that c completes. It is the runtime's: nothing of it but
// its Token may be looked at.
func (c Completion) Operation() *Operation { return c.c.op }

// Complete completes the operation: its handler will be called with n and err.
// The first call counts. It returns false, and does nothing, if the operation was
// complete already, also if it has been started again meanwhile: because Complete
// was called twice, which is a mistake of the processor's that Checks.Completions
// reports, or because the operation has no processor and was cancelled, or because
// it had ended before it began.
func (c Completion) Complete(n int, err error) bool {
	d, u := c.d, c.c.user
	if d.journal != nil && d.journal.Ask(&c.c.op.op, "complete", func() { c.Complete(n, err) }) {
		return true
	}
	d.mu.Lock()
	if c.c.start != c.start || u.done {
		d.mu.Unlock()
		if c.id != 0 && d.checks != nil && d.checks.Completions {
			d.checks.report(FaultTwice, c.id, "its processor has called Complete again", nil)
		}
		return false
	}
	d.completeUser(c.c, n, err)
	d.mu.Unlock()
	d.wake()
	return true
}

// completeUser puts the operation of c where the next round finds it, or leaves
// that to the call of Cancel which is in progress. mu is held.
func (d *Dispatcher) completeUser(c *control, n int, err error) {
	c.user.done = true
	d.held.remove(c, inDispatcher)
	c.op.op.N, c.op.op.Err = n, err
	if !c.user.asking {
		d.posted.Push(&c.op.op)
	}
	d.quiet.Signal()
}

// askProcessor has the processor's Cancel called on the dispatcher, with no lock
// held. mu is held.
func (d *Dispatcher) askProcessor(c *control) {
	u := c.user
	switch {
	case u.done || u.asking:
	case u.processor == nil:
		d.completeUser(c, 0, ErrCanceled)
	default:
		u.asking = true
		u.ask.Handler = u
		d.begin(&u.ask, KindPost)
		d.complete(&u.ask, nil)
	}
}

// HandleCompletion is the handler of ask.
func (u *userOperation) HandleCompletion(*Operation) {
	d, c := u.completion.d, u.completion.c
	d.mu.Lock()
	done := u.done
	d.mu.Unlock()
	if !done {
		u.processor.Cancel(u.completion)
	}
	d.mu.Lock()
	u.asking = false
	if u.done {
		d.posted.Push(&c.op.op)
		d.quiet.Signal()
	}
	d.mu.Unlock()
	d.wake()
}

// closeHeld asks for the end of all that is held: d is being closed.
func (d *Dispatcher) closeHeld() {
	d.mu.Lock()
	for i := len(d.held) - 1; i >= 0; i-- {
		if c := d.held[i]; !c.ticking {
			d.askProcessor(c)
		}
	}
	sets := slices.Clone(d.sets)
	d.mu.Unlock()
	for _, s := range sets {
		s.close(ErrClosed)
	}
}

// awaitHeld waits until a processor has completed something, and reports false
// once nothing is left that it could. The turn is held.
func (d *Dispatcher) awaitHeld() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.quiet.L = &d.mu
	for len(d.held) > 0 && d.posted.Empty() {
		d.quiet.Wait()
	}
	return !d.posted.Empty()
}
