package proactor

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/record"
	"github.com/actum-go/actum/proactor/trace"
)

// Checks of what programs and backends do, in this order: the options, the checker of a
// dispatcher, whose methods stand in the order in which the dispatcher calls them, the
// check of memory, and the watchdog for slow handlers.

// Diagnostics look for mistakes that are hard to see otherwise. They cost time, and
// are meant for tests and for debugging; the zero value checks nothing. They need
// the causal record.
type Diagnostics struct {
	// Outstanding reports the operations that are still outstanding when Close is called
	// (trace.FindingOutstanding), which Close ends early. It also reports those that Close
	// could not end (trace.FindingLost), which is a bug of the backend.
	Outstanding bool
	// Completions reports operations that complete twice (trace.FindingTwice). The handler is
	// not called for the second completion.
	Completions bool
	// Buffers checks the memory that an operation names while it belongs to the runtime.
	// A checksum of the bytes of a write is taken when it starts and when it completes.
	// The memory of a read is overwritten with 0xDB when it starts; the part that was
	// not read must be unchanged when it completes (trace.FindingBuffer).
	Buffers bool
	// SlowHandler reports handlers that run for longer than this (trace.FindingSlow), with
	// the stack of the goroutine, while they run. 0: none. The dispatcher uses a
	// goroutine for it until Close.
	SlowHandler time.Duration
	// Report is called with each finding, on the goroutine that has found it. It must
	// not block, use the dispatcher's operations, or close it (ErrInHandler). If it is
	// nil, findings are logged to Options.Logger as warnings.
	Report func(trace.Finding)
}

// any reports whether there is anything to check.
func (c *Diagnostics) any() bool {
	return c.Outstanding || c.Completions || c.Buffers || c.SlowHandler != 0
}

// validate names the field that is wrong.
func (c *Diagnostics) validate(o *Options) error {
	switch {
	case c.SlowHandler < 0:
		return fmt.Errorf("proactor: Options.Diagnostics.SlowHandler is %v: it must be 0 (none) or more", c.SlowHandler)
	case c.any() && o.Record.Off:
		return fmt.Errorf("proactor: Options.Diagnostics need the causal record, but Options.Record.Off is set")
	case c.any() && c.Report == nil && o.Logger == nil:
		return fmt.Errorf("proactor: Options.Diagnostics have nowhere to report to: set Diagnostics.Report or Options.Logger")
	}
	return nil
}

// checker makes the checks of one dispatcher. A nil checker makes none.
type checker struct {
	Diagnostics
	d       *Dispatcher
	logger  *slog.Logger
	buffers bufferCheck
	slow    *watchdog // nil: slow handlers are not looked for

	mu   sync.Mutex
	last map[*Operation]trace.OperationID // Completions: the last completion of each operation
}

// newChecker begins d's checks. It returns nil if there are none.
func newChecker(d *Dispatcher, o *Options) *checker {
	if !o.Diagnostics.any() {
		return nil
	}
	c := &checker{Diagnostics: o.Diagnostics, d: d, logger: o.Logger, last: map[*Operation]trace.OperationID{}}
	if c.SlowHandler > 0 {
		c.slow = newWatchdog(c)
	}
	return c
}

// started is called before o goes to the backend.
func (c *checker) started(o *Operation) {
	if c != nil && c.Buffers {
		c.buffers.begin(o)
	}
}

// completed is called when o has completed, before it belongs to the initiator
// again. It reports whether the handler is to be called.
func (c *checker) completed(o *Operation) bool {
	if c == nil {
		return true
	}
	if c.Completions && !c.once(o) {
		return false
	}
	if c.Buffers {
		if detail := c.buffers.end(o); detail != "" {
			c.report(trace.FindingBuffer, trace.OperationID(o.slot.ID), detail, nil)
		}
	}
	return true
}

// once reports whether o is outstanding, which it is only at its first completion.
func (c *checker) once(o *Operation) bool {
	c.mu.Lock()
	id := c.last[o]
	if o.slot != nil {
		c.last[o] = trace.OperationID(o.slot.ID)
	}
	c.mu.Unlock()
	if o.Outstanding() {
		return true
	}
	c.report(trace.FindingTwice, id, "", nil)
	return false
}

// entered is called before a handler, left after it.
func (c *checker) entered(s *record.Slot) {
	if c != nil && c.slow != nil {
		c.slow.entered(s.ID)
	}
}

func (c *checker) left(s *record.Slot) {
	if c != nil && c.slow != nil {
		c.slow.left(s.ID)
	}
}

// closing is called by Close before the backend is closed.
func (c *checker) closing() {
	if c != nil && c.Outstanding {
		c.reportLive(trace.FindingOutstanding)
	}
}

// closed is called by Close when nothing is left to be dispatched.
func (c *checker) closed() {
	if c == nil {
		return
	}
	if c.slow != nil {
		c.slow.end()
	}
	if c.Outstanding {
		c.reportLive(trace.FindingLost)
	}
}

// reportLive reports every outstanding operation.
func (c *checker) reportLive(kind trace.FindingKind) {
	for _, p := range c.d.Pending() {
		if p.State() == "outstanding" {
			c.report(kind, p.ID, "", nil)
		}
	}
}

// report reports a finding about the operation with that ID.
func (c *checker) report(kind trace.FindingKind, id trace.OperationID, detail string, stack []byte) {
	f := trace.Finding{Kind: kind, Detail: detail, Stack: stack}
	f.Operation = c.d.pendingOf(id)
	if c.Report != nil {
		c.Report(f)
		return
	}
	c.logger.Warn("proactor: "+kind.Description(), "finding", string(kind), "detail", detail, "operation", f.Operation.String(), "stack", string(stack))
}

// isWatchdog reports whether g is the watchdog's goroutine, which calls Report. Close
// waits for its end.
func (c *checker) isWatchdog(g uintptr) bool {
	return c != nil && c.slow != nil && c.slow.goroutine.Load() == g
}

// poison is the byte with which the memory of a read is filled.
const poison = 0xDB

// bufferCheck remembers the memory of outstanding operations. The zero value is
// ready.
type bufferCheck struct {
	mu    sync.Mutex
	seed  maphash.Seed
	named map[*Operation]memory
}

// memory is the memory that an operation names.
type memory struct {
	parts [][]byte
	sum   uint64 // of a write: the checksum at its start
	read  bool   // the operation writes to the memory
}

// memoryOf returns the memory that o names; false if it names none.
func memoryOf(o *Operation) (m memory, ok bool) {
	switch o.op.Kind {
	case backend.KindRead, backend.KindReadAt, backend.KindReceiveFrom:
		return memory{parts: [][]byte{o.op.Buf}, read: true}, true
	case backend.KindReadV:
		return memory{parts: o.op.Vec, read: true}, true
	case backend.KindWrite, backend.KindWriteAt, backend.KindSendTo:
		return memory{parts: [][]byte{o.op.Buf}}, true
	case backend.KindWriteV:
		return memory{parts: o.op.Vec}, true
	case backend.KindTransmitFile:
		t := o.op.Transmission()
		return memory{parts: [][]byte{t.Header, t.Trailer}}, true
	}
	return memory{}, false
}

// begin fills or sums the memory of o, which is about to be started.
func (c *bufferCheck) begin(o *Operation) {
	m, ok := memoryOf(o)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.named == nil {
		c.named, c.seed = map[*Operation]memory{}, maphash.MakeSeed()
	}
	if m.read {
		for _, part := range m.parts {
			for i := range part {
				part[i] = poison
			}
		}
	} else {
		m.sum = c.checksum(m.parts)
	}
	c.named[o] = m
}

// end checks the memory of o, which has completed, and describes what is wrong with
// it; "" if nothing is.
func (c *bufferCheck) end(o *Operation) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.named[o]
	if !ok {
		return ""
	}
	delete(c.named, o)
	if m.read {
		return m.changedAfter(o.op.N)
	}
	if c.checksum(m.parts) != m.sum {
		return "the bytes being written have changed"
	}
	return ""
}

// changedAfter looks for a changed byte behind the first n.
func (m memory) changedAfter(n int) string {
	at := 0
	for _, part := range m.parts {
		for _, b := range part {
			if at >= n && b != poison {
				return fmt.Sprintf("byte %d of the memory being read into is %#x, and %d were read", at, b, n)
			}
			at++
		}
	}
	return ""
}

func (c *bufferCheck) checksum(parts [][]byte) uint64 {
	var h maphash.Hash
	h.SetSeed(c.seed)
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum64()
}

// watchdog looks for handlers that run for too long, on a goroutine of its own.
type watchdog struct {
	c         *checker
	stop      chan struct{}
	done      chan struct{}
	goroutine atomic.Uintptr // the watchdog's own

	mu      sync.Mutex
	running map[uint64]run // by the operation's ID
}

// run is a handler that runs.
type run struct {
	since     time.Time
	goroutine []byte // the first line of its stack begins so: "goroutine 17 ["
	reported  bool
}

func newWatchdog(c *checker) *watchdog {
	w := &watchdog{c: c, stop: make(chan struct{}), done: make(chan struct{}), running: map[uint64]run{}}
	go w.watch()
	return w
}

func (w *watchdog) entered(id uint64) {
	buf := make([]byte, 64)
	first, _, _ := bytes.Cut(buf[:runtime.Stack(buf, false)], []byte("["))
	w.mu.Lock()
	w.running[id] = run{since: time.Now(), goroutine: append(first, '[')}
	w.mu.Unlock()
}

func (w *watchdog) left(id uint64) {
	w.mu.Lock()
	delete(w.running, id)
	w.mu.Unlock()
}

func (w *watchdog) end() {
	close(w.stop)
	<-w.done
}

// watch looks four times within the time that a handler may take.
func (w *watchdog) watch() {
	defer close(w.done)
	w.goroutine.Store(record.Goroutine())
	defer w.goroutine.Store(0)
	tick := time.NewTicker(max(w.c.SlowHandler/4, time.Microsecond))
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-tick.C:
			w.look()
		}
	}
}

// look reports each slow handler once.
func (w *watchdog) look() {
	slow := map[uint64]run{}
	w.mu.Lock()
	for id, r := range w.running {
		if !r.reported && time.Since(r.since) > w.c.SlowHandler {
			slow[id] = r
			r.reported = true
			w.running[id] = r
		}
	}
	w.mu.Unlock()
	for id, r := range slow {
		detail := fmt.Sprintf("for %v, where %v is allowed", time.Since(r.since).Round(time.Microsecond), w.c.SlowHandler)
		w.c.report(trace.FindingSlow, trace.OperationID(id), detail, stackOf(r.goroutine))
	}
}

// stackOf finds the stack of one goroutine among the stacks of all.
func stackOf(goroutine []byte) []byte {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	for stack := range bytes.SplitSeq(buf, []byte("\n\n")) {
		if bytes.HasPrefix(stack, goroutine) {
			return stack
		}
	}
	return nil
}
