package proactor

import (
	"sync/atomic"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/record"
)

// Kind says what an operation does.
type Kind uint8

// The kinds of operations. The backend carries out the first group. The dispatcher
// carries out timers, posts, signals, events and external operations.
const (
	KindNone         = Kind(backend.KindNone)
	KindAccept       = Kind(backend.KindAccept)
	KindConnect      = Kind(backend.KindConnect)
	KindRead         = Kind(backend.KindRead)
	KindWrite        = Kind(backend.KindWrite)
	KindScatterRead  = Kind(backend.KindReadV)
	KindGatherWrite  = Kind(backend.KindWriteV)
	KindOpen         = Kind(backend.KindOpen)
	KindReadAt       = Kind(backend.KindReadAt)
	KindWriteAt      = Kind(backend.KindWriteAt)
	KindSync         = Kind(backend.KindSync)
	KindStat         = Kind(backend.KindStat)
	KindTransmitFile = Kind(backend.KindTransmitFile)
	KindReceiveFrom  = Kind(backend.KindReceiveFrom)
	KindSendTo       = Kind(backend.KindSendTo)
	KindReceive      = Kind(backend.KindReceive)
	KindReadable     = Kind(backend.KindReadable)
	KindReadFull     = Kind(62) // composed operations: to the backend a read, and a transmission
	KindWriteAll     = Kind(63)
	KindTimer        = Kind(64)
	KindPost         = Kind(65)
	KindSignal       = Kind(66)
	KindExternal     = Kind(67)
	KindEvent        = Kind(68)
	KindProcess      = Kind(69)
	KindResolve      = Kind(70)
)

// kindNames are the operations' names in the words of the pattern.
var kindNames = [...]string{
	KindAccept: "accept", KindConnect: "connect", KindRead: "read", KindWrite: "write", KindScatterRead: "scatter read",
	KindGatherWrite: "gather write", KindOpen: "open", KindReadAt: "read at", KindWriteAt: "write at", KindSync: "sync",
	KindStat: "stat", KindTransmitFile: "transmit file", KindReceiveFrom: "receive from", KindSendTo: "send to",
	KindReceive: "receive", KindReadable: "await readable", KindReadFull: "read full", KindWriteAll: "write all", KindTimer: "timer", KindPost: "post",
	KindSignal: "signal", KindExternal: "external operation", KindEvent: "event", KindProcess: "process",
	KindResolve: "resolve",
}

// String is the kind's name, such as "read"; "none" for KindNone and what is no kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return "none"
}

// toBackend is the kind of k's operations to a backend.
func (k Kind) toBackend() backend.Kind {
	switch k {
	case KindReadFull:
		return backend.KindRead
	case KindWriteAll:
		return backend.KindTransmitFile
	}
	return backend.Kind(k)
}

// Operation is one asynchronous operation. The initiator embeds it by value in an
// object of its own and reuses it; the zero value is ready when Handler is set. The
// exported fields may be changed while the operation is not outstanding, and the same
// holds for its settings (SetTimeout, SetDeadline, SetContext, SetCancelGroup, SetStrand,
// SetPriority), which are used by all following starts.
type Operation struct {
	Handler Handler // is called when the operation completes
	Token   any     // asynchronous completion token: the runtime does not touch it

	strand   *Strand
	priority Priority

	op       backend.Op
	made     *Handle                        // of an accept, a connect or an open
	slot     *record.Slot                   // the causal record while the operation is outstanding; nil if none is kept
	handle   uint32                         // the number of op.Handle
	kind     Kind                           // of the last start; the initiator's
	settings atomic.Pointer[settings]       // timeout, cancel group and so on; nil for most operations
	extra    atomic.Pointer[operationExtra] // what only some kinds need; made at first use, then kept
	// outstanding holds the Kind from the start to the call of the handler, and
	// KindNone otherwise. Cancel may read it on any goroutine: see the states below.
	outstanding atomic.Uint32
	index       int32 // in the heap of timers, plus one; 0 if not in the heap
}

// NewOperation returns an operation whose completions call f. A program that starts
// operations often embeds them in its own objects instead.
func NewOperation(f func(*Operation)) *Operation { return &Operation{Handler: HandlerFunc(f)} }

// N is the number of bytes that were moved. For a periodic timer it is the number of
// periods since the last call of the handler, and for a signal the number of times
// that it has arrived since it was last reported.
func (o *Operation) N() int { return o.op.N }

// Err is why the operation failed; nil if it did not.
func (o *Operation) Err() error { return o.op.Err }

// Handle is what the operation has made: the stream of an accept or a connect, the file
// of an open; nil if there is none. It belongs to the handler of the completion, which
// must close it.
func (o *Operation) Handle() *Handle { return o.made }

// Kind is the kind of the last start.
func (o *Operation) Kind() Kind { return o.kind }

// Outstanding reports whether the operation was started and its handler has not been
// called for the last time yet.
func (o *Operation) Outstanding() bool { return o.outstandingKind() != KindNone }

// outstandingKind is the kind as which o is outstanding; KindNone if it is not.
func (o *Operation) outstandingKind() Kind { return Kind(o.outstanding.Load() & 0xff) }

// More reports to the handler whether further completions follow: the operation is
// still outstanding, and its handler will be called again.
func (o *Operation) More() bool {
	c := o.settings.Load()
	return c != nil && (c.inTick || c.more)
}

// operationExtra is what only some kinds of operations need.
type operationExtra struct {
	datagram     backend.Datagram
	receive      backend.ReceiveArgs
	full         readInParts
	transmission *backend.Transmission // of a WriteAll
}

// ensureExtra returns o's memory for what only some kinds need.
func (o *Operation) ensureExtra() *operationExtra {
	r := o.extra.Load()
	if r == nil {
		r = new(operationExtra)
		o.extra.Store(r)
	}
	return r
}

// Handler is a completion handler: the dispatcher calls it when an operation has
// completed.
type Handler interface {
	// HandleCompletion is called once for each start of an operation. op is not
	// outstanding any more and may be restarted, unless op.More() is true. The call must
	// not block, because the dispatcher calls no other handler meanwhile. Calls that
	// would block until the same dispatcher calls another handler fail with
	// ErrInHandler.
	HandleCompletion(op *Operation)
}

// HandlerFunc makes a function a Handler.
type HandlerFunc func(op *Operation)

// HandleCompletion calls f.
func (f HandlerFunc) HandleCompletion(op *Operation) { f(op) }

// An operation takes these steps through the dispatcher:
//
//  1. begin: the operation belongs to the runtime from now on
//  2. start, launch: it is handed to the backend, by way of the journal and of the
//     operation's settings, if there are any; timers and posts skip this step
//  3. dispatch: it has completed, belongs to the initiator again, and its handler is
//     called
//
// Cancel may be called at any time. For an operation of the backend without settings,
// Operation.outstanding holds one of these states besides the kind.
const (
	// beginning is set in begin, while the operation is being filled in, and cleared
	// when it is started. A cancel then comes too early, and has no effect.
	beginning = 1 << 30
	// cancelling is set while Cancel, with Dispatcher.mu held, calls the backend. The
	// operation may complete meanwhile, but dispatch waits before it gives the
	// operation back: the backend reads the operation's handle.
	cancelling = 1 << 31
)

// begin takes the operation from its initiator and clears the last result. Every
// kind of operation starts here.
func (d *Dispatcher) begin(o *Operation, k Kind) {
	if o.Handler == nil {
		panic("proactor: " + k.String() + " started without a Handler")
	}
	if o.strand != nil && o.strand.d != d {
		panic("proactor: " + k.String() + " started with a Strand of another dispatcher")
	}
	state := uint32(k)
	if k < KindTimer {
		state |= beginning
	}
	if !o.outstanding.CompareAndSwap(uint32(KindNone), state) {
		panic("proactor: " + k.String() + " started on an operation that is outstanding as " + o.Kind().String())
	}
	if o.op.Owner == nil {
		o.op.Owner = o
	}
	if o.priority != PriorityNormal && !d.prioritized.Load() {
		d.prioritized.Store(true)
	}
	o.kind, o.op.Kind = k, k.toBackend()
	if c := o.settings.Load(); c != nil {
		c.policy, c.more, c.waits, c.signal = completeOnce, false, nil, nil
	}
	o.op.N, o.op.Err, o.op.New, o.made = 0, nil, nil, nil
	if d.record != nil && k >= KindTimer { // for the other kinds, start does it
		o.slot = d.record.Begin(uint8(k), 0)
	}
}

// start starts op, which has begun and is for the backend.
func (d *Dispatcher) start(op *Operation) {
	op.outstanding.Store(uint32(op.kind))
	if d.record != nil && op.slot == nil {
		d.recordStart(op)
	}
	if d.journal != nil && d.ask(op, func() { d.startRecorded(op) }) {
		return
	}
	d.startRecorded(op)
}

// ask is backend.Journal.Ask for the start of op, which has begun.
func (d *Dispatcher) ask(op *Operation, do func()) bool {
	what := "start " + op.kind.String()
	if name, ok := op.Token.(string); ok {
		what += " " + name
	}
	return d.journal.Ask(&op.op, what, do)
}

// startRecorded is the rest of start, when op's record has begun.
func (d *Dispatcher) startRecorded(op *Operation) {
	if c := op.settings.Load(); c != nil {
		d.startWithSettings(c)
		return
	}
	d.launch(op)
}

// launch gives op to the backend. If Close is called meanwhile, either Close finds
// op in the backend, or completeAfterClose does.
func (d *Dispatcher) launch(op *Operation) {
	if d.closed.Load() {
		d.mu.Lock()
		d.completeAndUnlock(&op.op, ErrClosed)
		return
	}
	d.backend.Start(&op.op)
	if d.parked.Load() {
		d.reclaimIfUnattended() // if the dispatcher is parked in Wait, the backend has woken it
	}
	if d.closed.Load() {
		d.completeAfterClose()
	}
}

// dispatch gives the operation back to its initiator and calls the handler.
func (d *Dispatcher) dispatch(b *backend.Op) {
	o := b.Owner.(*Operation)
	c := o.settings.Load()
	next := stepFinish
	if c != nil && c.policy != completeOnce {
		if next = d.decide(o, c); next == stepWait {
			return
		}
	}
	if d.checks != nil && !d.checks.completed(o) {
		return
	}
	if b.New != nil {
		o.made = d.newHandle(b.New)
		b.New = nil
	}
	if b.Args != nil {
		if o.kind == KindWriteAll {
			o.extra.Load().transmission.Header = nil
		}
		b.Args = nil
	}
	b.Buf, b.Vec = nil, nil
	slot := o.slot
	o.slot = nil
	if c != nil && d.disarm(c, next == stepRepeat) {
		d.callAgain(o, slot)
		d.nextTick(c)
		return
	}
	if next == stepRepeat {
		d.repeat(o, slot)
		return
	}
	if !o.outstanding.CompareAndSwap(uint32(o.kind), uint32(KindNone)) {
		d.mu.Lock() // Cancel may be calling the backend
		o.outstanding.Store(uint32(KindNone))
		d.mu.Unlock()
	}
	if slot != nil {
		d.call(o, slot)
		return
	}
	o.Handler.HandleCompletion(o)
}

// callAgain calls the handler of o, which stays outstanding: its next completion has a
// record of its own.
func (d *Dispatcher) callAgain(o *Operation, slot *record.Slot) {
	if slot == nil {
		o.Handler.HandleCompletion(o)
		return
	}
	o.slot = d.record.Again(slot)
	d.call(o, slot)
}
