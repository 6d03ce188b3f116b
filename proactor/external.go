package proactor

import (
	"context"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
	"github.com/actum-go/actum/proactor/trace"
)

// External operations, which no backend carries out. In this order: those of a program's
// own processors, the wait for a process to exit, and the look-up of a host name.

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

// WaitProcess is p.Wait as an operation: op completes, with a nil error, when the process
// exits. op.N is its exit code, -1 if a signal ended it, and op.ProcessState the rest. It
// takes the place of p.Wait and of exec.Cmd.Wait: only one of them can be used for a
// process. Without a right to wait for p, as for a process that is not a child, op
// completes with the error of p.Wait.
//
// On Linux a pidfd tells when the process exits; no thread waits, and a wait that is
// cancelled leaves the process to a later one. On other systems a goroutine waits inside
// p.Wait, which holds a thread until the process exits, also if op is cancelled; then the
// result is lost.
//
// Under sim the wait is for the process of the simulated network with that Pid, which
// exits when sim.Network.ExitProcess says so; &os.Process{Pid: 7} will do. A journal does
// not hold exit codes: in a replay the program's processes run again.
func (d *Dispatcher) WaitProcess(op *Operation, p *os.Process) {
	w := new(processWait)
	c, started := d.startExternal(op, KindProcess, w)
	if !started {
		return
	}
	if simulated, ok := implementation[backend.Processes](d.backend); ok {
		w.setStop(simulated.AwaitExit(p.Pid, func(code int) { c.complete(code, nil, nil) }))
		return
	}
	exit, stop := sys.AwaitExit(p.Pid)
	w.setStop(stop)
	go func() {
		if exit != nil {
			if !exit() || !w.claim() {
				c.complete(0, ErrCanceled, nil)
				return
			}
		}
		state, err := p.Wait()
		code := 0
		if err == nil {
			code = state.ExitCode()
		}
		c.complete(code, err, func(e *externalOperation) { e.process = state })
	}()
}

// ProcessState is what is known about the process of a WaitProcess that has exited; nil
// under sim, and if there was an error.
func (o *Operation) ProcessState() *os.ProcessState {
	if c := o.settings.Load(); c != nil && c.external != nil {
		return c.external.process
	}
	return nil
}

// processWait is the processor of a WaitProcess.
type processWait struct {
	mu        sync.Mutex
	stop      func() // ends the wait; nil: it cannot be ended
	cancelled bool
	claimed   bool // the process has exited, and its state is being taken
}

// setStop records how the wait is ended.
func (w *processWait) setStop(stop func()) {
	w.mu.Lock()
	w.stop = stop
	cancelled := w.cancelled
	w.mu.Unlock()
	if cancelled && stop != nil {
		stop()
	}
}

// claim reports whether the state of the process may be taken: then a cancel comes too
// late.
func (w *processWait) claim() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.claimed = !w.cancelled
	return w.claimed
}

// Cancel implements Processor.
func (w *processWait) Cancel(c Completion) {
	w.mu.Lock()
	claimed, stop := w.claimed, w.stop
	w.cancelled = !claimed
	w.mu.Unlock()
	if claimed {
		return
	}
	if stop != nil {
		stop()
	}
	c.complete(0, ErrCanceled, nil)
}

// Resolve looks a host name up without blocking a handler. network is "ip", "ip4" or
// "ip6". op completes when the addresses are known: op.N is their number, at least 1, and
// op.Addrs the addresses. The error is the resolver's, as a rule a *net.DNSError. A
// literal address needs no lookup. r may be nil, for net.DefaultResolver. A goroutine
// waits for the resolver; cancelling op ends its lookup.
//
// Under sim the names are those of sim.Network.SetHost. A journal does not hold the
// addresses: in a replay names are looked up again.
func (d *Dispatcher) Resolve(op *Operation, r *net.Resolver, network, host string) {
	if r == nil {
		r = net.DefaultResolver
	}
	ctx, cancel := context.WithCancel(context.Background())
	c, started := d.startExternal(op, KindResolve, lookup(cancel))
	if !started {
		cancel()
		return
	}
	find := func(ctx context.Context) ([]netip.Addr, error) { return r.LookupNetIP(ctx, network, host) }
	simulated, ok := implementation[backend.Hosts](d.backend)
	if ok {
		find = func(context.Context) ([]netip.Addr, error) { return simulated.LookupHost(network, host) }
	}
	run := func() {
		defer cancel()
		addrs, err := find(ctx)
		if ctx.Err() != nil {
			return // Cancel has completed op
		}
		for i := range addrs {
			addrs[i] = addrs[i].Unmap()
		}
		c.complete(len(addrs), err, func(e *externalOperation) { e.addrs = addrs })
	}
	if _, err := netip.ParseAddr(host); ok || err == nil {
		run() // it does not block
	} else {
		go run()
	}
}

// Addrs are the addresses that a Resolve has found, in the order of the resolver. The
// slice is the handler's.
func (o *Operation) Addrs() []netip.Addr {
	if c := o.settings.Load(); c != nil && c.external != nil {
		return c.external.addrs
	}
	return nil
}

// lookup is the processor of a Resolve: it ends the lookup.
type lookup context.CancelFunc

// Cancel implements Processor.
func (l lookup) Cancel(c Completion) {
	l()
	c.complete(0, ErrCanceled, nil)
}
