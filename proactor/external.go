package proactor

import (
	"net/netip"
	"os"
	"slices"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/trace"
)

// Processor is an asynchronous operation processor of the program's own: a library
// with callbacks, a device, a computation on other goroutines. Its operations
// complete through a Dispatcher like all others, with the same handlers, tokens,
// deadlines, contexts, cancel groups, priorities and record.
//
//	initiator                      dispatcher             processor
//	c := d.StartExternal(op, p) ──▶ outstanding
//	p.Do(..., c)                ─────────────────────────▶ works
//	                                Cancel, deadline ... ─▶ p.Cancel(c)
//	                                handler  ◀───────────  c.Complete(n, err)
type Processor interface {
	// Cancel asks the processor to complete the operation soon: with ErrCanceled if
	// nothing was done, or with the part that was. The dispatcher calls it at most once
	// for each StartExternal, as it calls handlers: it must not block. It is never
	// called after the operation's handler. It may be called while another goroutine
	// is about to complete the operation, and before the caller of StartExternal has
	// given the work to the processor.
	Cancel(c Completion)
}

// Completion is how a Processor completes one start of one operation. It is a small
// value; its methods may be called from any goroutine.
type Completion struct {
	d          *Dispatcher
	settings   *settings
	generation uint64
	id         trace.OperationID // 0 if there is no record or no processor
}

// externalOperation is the state of an external operation. Dispatcher.mu covers it.
type externalOperation struct {
	processor  Processor
	completion Completion
	cancelPost Operation // a post that calls the processor's Cancel
	asked      bool      // the processor was asked to cancel, which happens once
	cancelling bool      // cancelPost is outstanding: the handler waits until it has run
	done       bool      // Complete was called

	process *os.ProcessState // of a WaitProcess
	addrs   []netip.Addr     // of a Resolve
}

// implementation finds T in b, or in the backend to which b passes everything.
func implementation[T any](b backend.Backend) (t T, ok bool) {
	for b != nil {
		if t, ok = b.(T); ok {
			return t, true
		}
		around, wraps := b.(interface{ Inner() backend.Backend })
		if !wraps {
			break
		}
		b = around.Inner()
	}
	return t, false
}

// StartExternal makes op outstanding until the returned Completion is used. The
// caller gives the work to p; the dispatcher only asks p to cancel it. If p is nil,
// cancelling op completes it at once.
//
// Close of the dispatcher asks p to cancel, and waits until op is complete.
func (d *Dispatcher) StartExternal(op *Operation, p Processor) Completion {
	c, _ := d.startExternal(op, KindExternal, p)
	return c
}

// startExternal is StartExternal for an operation of kind k. started is false if op has
// been completed at once.
func (d *Dispatcher) startExternal(op *Operation, k Kind, p Processor) (_ Completion, started bool) {
	c := op.ensureSettings()
	if c.external == nil {
		c.external = new(externalOperation)
		c.external.cancelPost.Handler = c.external
	}
	d.begin(op, k)
	ended := d.armAndLock(c)
	e := c.external
	e.processor, e.completion = p, Completion{d: d, settings: c, generation: c.generation}
	e.cancelPost.strand, e.cancelPost.priority = op.strand, op.priority
	e.done, e.asked, e.cancelling = false, false, false
	e.process, e.addrs = nil, nil
	if ended != nil {
		e.done = true
		completion := e.completion
		d.completeAndUnlock(&op.op, ended)
		return completion, false
	}
	if op.slot != nil && p != nil && k == KindExternal {
		e.completion.id = trace.OperationID(op.slot.ID)
	}
	d.external.add(c, inDispatcher)
	c.launched = true
	completion := e.completion
	d.mu.Unlock()
	d.wake()
	return completion, true
}

// Operation is the operation that c completes. It belongs to the runtime: only its
// Token may be read.
func (c Completion) Operation() *Operation { return c.settings.op }

// Complete completes the operation: its handler will be called with n and err. The
// first call counts. Complete returns false and has no effect if the operation was
// complete already, also if it was started again meanwhile. Either Complete was
// called twice, which is a mistake of the processor that Diagnostics.Completions
// reports; or the operation has no processor and was cancelled; or it was ended
// before it began.
func (c Completion) Complete(n int, err error) bool { return c.complete(n, err, nil) }

// complete is Complete. If it counts, it calls set with Dispatcher.mu held; set may be
// nil.
func (c Completion) complete(n int, err error, set func(*externalOperation)) bool {
	d, e := c.d, c.settings.external
	if d.journal != nil && d.journal.Ask(&c.settings.op.op, "complete", func() { c.complete(n, err, set) }) {
		return true
	}
	d.mu.Lock()
	if c.settings.generation != c.generation || e.done {
		d.mu.Unlock()
		if c.id != 0 && d.checks != nil && d.checks.Completions {
			d.checks.report(trace.FindingTwice, c.id, "its processor called Complete again", nil)
		}
		return false
	}
	if set != nil {
		set(e)
	}
	d.completeExternalLocked(c.settings, n, err)
	d.mu.Unlock()
	d.wake()
	return true
}

// completeExternalLocked puts the operation of c where the next round finds it. If a
// call of the processor's Cancel is in progress, it leaves that to HandleCompletion.
func (d *Dispatcher) completeExternalLocked(c *settings, n int, err error) {
	c.external.done = true
	c.op.op.N, c.op.op.Err = n, err
	if !c.external.cancelling {
		d.posted.Push(&c.op.op)
	}
	d.externalDone.Signal()
}

// requestCancelLocked has the dispatcher call the processor's Cancel, without a
// lock.
func (d *Dispatcher) requestCancelLocked(c *settings) {
	e := c.external
	switch {
	case e.done || e.asked:
	case e.processor == nil:
		d.completeExternalLocked(c, 0, ErrCanceled)
	default:
		e.asked, e.cancelling = true, true
		e.cancelPost.Handler = e
		d.begin(&e.cancelPost, KindPost)
		d.completeLocked(&e.cancelPost, nil)
	}
}

// HandleCompletion is the handler of cancelPost.
func (e *externalOperation) HandleCompletion(*Operation) {
	d, c := e.completion.d, e.completion.settings
	d.mu.Lock()
	done := e.done
	d.mu.Unlock()
	if !done {
		e.processor.Cancel(e.completion)
	}
	d.mu.Lock()
	e.cancelling = false
	if e.done {
		d.posted.Push(&c.op.op)
		d.externalDone.Signal()
	}
	d.mu.Unlock()
	d.wake()
}

// closeExternal asks all processors to cancel and closes the sets of signals: d is
// being closed.
func (d *Dispatcher) closeExternal() {
	d.mu.Lock()
	for _, c := range d.external {
		switch {
		case c.waits != nil:
			c.waits.endLocked(c, ErrClosed)
		case !c.inTick:
			d.requestCancelLocked(c)
		}
	}
	sets := slices.Clone(d.signalSets)
	d.mu.Unlock()
	for _, s := range sets {
		s.close(ErrClosed)
	}
}

// awaitExternal waits until a processor has completed an operation. It returns false
// when no external operation is left. The turn is held.
func (d *Dispatcher) awaitExternal() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.externalDone.L = &d.mu
	for len(d.external) > 0 && d.posted.Empty() {
		d.externalDone.Wait()
	}
	return !d.posted.Empty()
}
