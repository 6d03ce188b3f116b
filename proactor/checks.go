package proactor

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor/internal/record"
)

// Checks look for mistakes that are hard to see otherwise. They cost time, and
// are for tests and for debugging; the zero value has none. They need the causal
// record.
type Checks struct {
	// Outstanding reports, when the dispatcher is closed, the operations that have
	// not completed by then (FaultOutstanding). Close ends them; were they meant to
	// go on for ever? And, after that, those that have not completed even so
	// (FaultLost): a mistake of the backend's.
	Outstanding bool
	// Completions reports operations that complete twice (FaultTwice). The second
	// completion is kept from the handler.
	Completions bool
	// Buffers watches the memory that an operation names while it belongs to the
	// runtime. The bytes of a write are summed when it starts and when it completes;
	// those of a read are overwritten with 0xDB when it starts, and what it has not
	// read must be so when it completes. FaultBuffer if somebody has touched them.
	Buffers bool
	// SlowHandler reports handlers that run for longer than this (FaultSlow), with
	// the stack of the goroutine, while they do. 0: none. A goroutine of the
	// dispatcher's own watches, until Close.
	SlowHandler time.Duration
	// Report is told, on whichever goroutine has found it out: it must not block,
	// nor use the dispatcher's operations, nor close it (ErrInHandler). Nil: Options.Logger is, as a warning.
	Report func(Fault)
}

// FaultKind is what is wrong.
type FaultKind string

// What Checks find.
const (
	FaultOutstanding FaultKind = "not completed when the dispatcher was closed"
	FaultLost        FaultKind = "not completed by Close"
	FaultTwice       FaultKind = "completed twice"
	FaultBuffer      FaultKind = "memory touched while the operation was outstanding"
	FaultSlow        FaultKind = "handler runs for too long"
)

// Fault is a mistake that a check has found.
type Fault struct {
	Kind      FaultKind
	Operation Pending // with the chain that led to it, if it is still in the record
	Detail    string  // which byte, how long
	Stack     []byte  // FaultSlow: of the goroutine that runs the handler
}

// String is all of it.
func (f Fault) String() string {
	s := string(f.Kind)
	if f.Detail != "" {
		s += ": " + f.Detail
	}
	s += "\n" + f.Operation.String()
	if len(f.Stack) > 0 {
		s += "\n" + string(f.Stack)
	}
	return s
}

// any reports whether there is something to check.
func (c *Checks) any() bool {
	return c.Outstanding || c.Completions || c.Buffers || c.SlowHandler != 0
}

// validate names the field that is wrong.
func (c *Checks) validate(o *Options) error {
	switch {
	case c.SlowHandler < 0:
		return fmt.Errorf("proactor: Options.Checks.SlowHandler is %v: it must be 0 (none) or more", c.SlowHandler)
	case c.any() && o.Record.Off:
		return fmt.Errorf("proactor: Options.Checks need the causal record, but Options.Record.Off is set")
	case c.any() && c.Report == nil && o.Logger == nil:
		return fmt.Errorf("proactor: Options.Checks would find out, and have nobody to tell: set Checks.Report or Options.Logger")
	}
	return nil
}

// checker is a dispatcher's checks.
type checker struct {
	Checks
	d       *Dispatcher
	logger  *slog.Logger
	buffers bufferCheck
	slow    *watchdog // nil: nobody watches

	mu   sync.Mutex
	last map[*Operation]OperationID // Completions: what has completed
}

// newChecker begins d's checks; nil if there are none.
func newChecker(d *Dispatcher, o *Options) *checker {
	if !o.Checks.any() {
		return nil
	}
	c := &checker{Checks: o.Checks, d: d, logger: o.Logger, last: map[*Operation]OperationID{}}
	if c.SlowHandler > 0 {
		c.slow = newWatchdog(c)
	}
	return c
}

// report tells of a fault of the operation of that ID.
func (c *checker) report(kind FaultKind, id OperationID, detail string, stack []byte) {
	f := Fault{Kind: kind, Detail: detail, Stack: stack}
	f.Operation = c.d.pendingOf(id)
	if c.Report != nil {
		c.Report(f)
		return
	}
	c.logger.Warn("proactor: "+string(kind), "detail", detail, "operation", f.Operation.String(), "stack", string(stack))
}

// started is called before o goes to the backend.
func (c *checker) started(o *Operation) {
	if c != nil && c.Buffers {
		c.buffers.begin(o)
	}
}

// completed is called before o, completed, is given back. It reports whether the
// completion counts.
func (c *checker) completed(o *Operation) bool {
	if c == nil {
		return true
	}
	if c.Completions && !c.once(o) {
		return false
	}
	if c.Buffers {
		if detail := c.buffers.end(o); detail != "" {
			c.report(FaultBuffer, OperationID(o.slot.ID), detail, nil)
		}
	}
	return true
}

// once reports whether o is outstanding, as it is when it completes for the first
// time.
func (c *checker) once(o *Operation) bool {
	c.mu.Lock()
	id := c.last[o]
	if o.slot != nil {
		c.last[o] = OperationID(o.slot.ID)
	}
	c.mu.Unlock()
	if o.Outstanding() {
		return true
	}
	c.report(FaultTwice, id, "", nil)
	return false
}

// entered and left say that a handler is running.
func (c *checker) entered(s *record.Slot) {
	if c != nil && c.slow != nil {
		c.slow.entered(s.ID)
	}
}

// watches reports whether the caller is the goroutine that looks for slow handlers:
// in Report. Close waits for its end.
func (c *checker) watches() bool {
	g := record.Goroutine()
	return c != nil && c.slow != nil && g != 0 && c.slow.on.Load() == g
}

func (c *checker) left(s *record.Slot) {
	if c != nil && c.slow != nil {
		c.slow.left(s.ID)
	}
}

// closing is called by Close before the backend is closed, closed when nothing is
// left to be dispatched.
func (c *checker) closing() {
	if c != nil && c.Outstanding {
		c.reportLive(FaultOutstanding)
	}
}

func (c *checker) closed() {
	if c == nil {
		return
	}
	if c.slow != nil {
		c.slow.end()
	}
	if c.Outstanding {
		c.reportLive(FaultLost)
	}
}

func (c *checker) reportLive(kind FaultKind) {
	for _, p := range c.d.Pending() {
		if p.State() == "outstanding" {
			c.report(kind, p.ID, "", nil)
		}
	}
}
