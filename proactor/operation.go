package proactor

import (
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/record"
)

// Kind says what an operation does.
type Kind uint8

// The operations. The first ones are carried out by the backend, timers and
// posts by the dispatcher itself.
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
	KindReadFull     = Kind(62) // composed ones: a read or a transmission to the backend
	KindWriteAll     = Kind(63)
	KindTimer        = Kind(64)
	KindPost         = Kind(65)
	KindSignal       = Kind(66)
	KindExternal     = Kind(67)
)

// String is the operation's name in the words of the pattern.
func (k Kind) String() string {
	switch k {
	case KindAccept:
		return "accept"
	case KindConnect:
		return "connect"
	case KindRead:
		return "read"
	case KindWrite:
		return "write"
	case KindScatterRead:
		return "scatter read"
	case KindGatherWrite:
		return "gather write"
	case KindOpen:
		return "open"
	case KindReadAt:
		return "read at"
	case KindWriteAt:
		return "write at"
	case KindSync:
		return "sync"
	case KindStat:
		return "stat"
	case KindTransmitFile:
		return "transmit file"
	case KindReceiveFrom:
		return "receive from"
	case KindSendTo:
		return "send to"
	case KindReceive:
		return "receive"
	case KindReadFull:
		return "read full"
	case KindWriteAll:
		return "write all"
	case KindTimer:
		return "timer"
	case KindPost:
		return "post"
	case KindSignal:
		return "signal"
	case KindExternal:
		return "user-defined operation"
	}
	return "none"
}

// Operation is one asynchronous operation. It is embedded by value in an object
// of its initiator's and reused; its zero value is ready once Handler is set.
// What is exported may be changed while the operation is not outstanding.
type Operation struct {
	Handler Handler // who is told of the completion
	Token   any     // asynchronous completion token: handed back untouched

	// Strand is the one that the handler is called in; nil for none. It belongs to
	// the dispatcher on which the operation is started.
	Strand *Strand
	// Priority says whether the completion may overtake others that wait.
	Priority Priority

	op       backend.Op
	accepted *Handle
	slot     *record.Slot                   // its causal record while it is outstanding; nil if none is kept
	handle   uint32                         // the number of op.Handle
	kind     Kind                           // what was started last; the initiator's
	settings atomic.Pointer[settings]       // what only some operations have; nil as a rule
	extra    atomic.Pointer[operationExtra] // what only some kinds need; made at first use, kept
	// outstanding holds the Kind from the start to the call of the handler, and
	// KindNone otherwise. It is what Cancel may look at from any goroutine.
	outstanding atomic.Uint32
	index       int32         // timers: place in the heap plus one; 0 if not in it
	deadline    time.Duration // timers: when to expire, by the dispatcher's clock
}

// N is the number of bytes that were moved; of a periodic timer, how many periods
// have passed since its handler was called last, and of a signal, how often it has
// arrived since it was last told.
func (o *Operation) N() int { return o.op.N }

// Err is why the operation did not do what it should; nil if it did.
func (o *Operation) Err() error { return o.op.Err }

// Accepted is the new stream of an accept or a connect, owned by whoever
// handles the completion; nil if there is none.
func (o *Operation) Accepted() *Handle { return o.accepted }

// Opened is the file of an open, owned by whoever handles the completion; nil if
// there is none.
func (o *Operation) Opened() *Handle { return o.accepted }

// rare is what only some kinds of operations need.
type operationExtra struct {
	datagram  backend.Datagram
	receive   backend.ReceiveArgs
	multishot multishot
	composed  composition
}

// few is o's memory for what only some kinds need.
func (o *Operation) ensureExtra() *operationExtra {
	r := o.extra.Load()
	if r == nil {
		r = new(operationExtra)
		o.extra.Store(r)
	}
	return r
}

// Kind says what was started last.
func (o *Operation) Kind() Kind { return o.kind }

// Outstanding reports whether the operation has been started and its handler
// not been called yet for the last time.
func (o *Operation) Outstanding() bool { return Kind(o.outstanding.Load()) != KindNone }

// More reports, to the handler, whether this is not the last completion: the
// operation is still outstanding, and its handler will be called again.
func (o *Operation) More() bool {
	c, r := o.settings.Load(), o.extra.Load()
	return c != nil && c.inTick || r != nil && r.multishot.more
}

// toBackend is what k is to a backend.
func (k Kind) toBackend() backend.Kind {
	switch k {
	case KindReadFull:
		return backend.KindRead
	case KindWriteAll:
		return backend.KindTransmitFile
	}
	return backend.Kind(k)
}

// begin takes the operation from its initiator and clears the last result. Every
// kind of operation starts here.
func (d *Dispatcher) begin(o *Operation, k Kind) {
	if o.Handler == nil {
		panic("proactor: " + k.String() + " started without a Handler")
	}
	if o.Strand != nil && o.Strand.d != d {
		panic("proactor: " + k.String() + " started in a strand of another dispatcher")
	}
	if !o.outstanding.CompareAndSwap(uint32(KindNone), uint32(k)) {
		panic("proactor: " + k.String() + " started on an operation that is outstanding as " + o.Kind().String())
	}
	if o.op.Owner == nil {
		o.op.Owner = o
	}
	if o.Priority != PriorityNormal && !d.prioritized.Load() {
		d.prioritized.Store(true)
	}
	if o.kind != k { // else Cancel may be looking at it
		o.kind, o.op.Kind = k, k.toBackend()
	}
	o.op.N, o.op.Err, o.op.New, o.accepted = 0, nil, nil, nil
	if d.record != nil && k >= KindTimer { // start does it for the others
		o.slot = d.record.Begin(uint8(k), 0)
	}
}

// finish gives the operation back to its initiator and tells the handler.
func (d *Dispatcher) dispatch(b *backend.Op) {
	o := b.Owner.(*Operation)
	r := o.extra.Load()
	if r != nil && d.workers != nil {
		r.multishot.awaitRestart(d)
	}
	if r != nil && r.composed.active && d.continueComposed(o, r) {
		return
	}
	if d.checks != nil && !d.checks.completed(o) {
		return
	}
	if r != nil && r.multishot.active && d.delaysAccept(o, &r.multishot) {
		return
	}
	if b.New != nil {
		o.accepted = d.newHandle(b.New)
		b.New = nil
	}
	if b.Args != nil {
		b.Args = nil
	}
	b.Buf, b.Vec = nil, nil
	slot := o.slot
	o.slot = nil
	again := r != nil && r.multishot.continues(o)
	if c := o.settings.Load(); c != nil && d.disarm(c, again) {
		d.finishTick(o, c, slot)
		return
	}
	if again {
		d.finishMultishot(o, r, slot)
		return
	}
	o.outstanding.Store(uint32(KindNone))
	if slot != nil {
		d.call(o, slot)
		return
	}
	o.Handler.HandleCompletion(o)
}

// finishTick tells the handler that the operation has come to something, and goes
// on: it stays the runtime's.
func (d *Dispatcher) finishTick(o *Operation, c *settings, slot *record.Slot) {
	if slot == nil {
		o.Handler.HandleCompletion(o)
	} else {
		o.slot = d.record.Again(slot)
		d.call(o, slot)
	}
	d.nextTick(c)
}

// Handler is a completion handler: whom the dispatcher tells that an operation
// has completed.
type Handler interface {
	// HandleCompletion is called once for each operation started. op is idle
	// again and may be restarted. It runs on the dispatcher, where everybody
	// waits for it: it must not block. What would block until the same dispatcher
	// calls another handler fails with ErrInHandler.
	HandleCompletion(op *Operation)
}

// HandlerFunc lets a function be a Handler.
type HandlerFunc func(op *Operation)

// HandleCompletion calls f.
func (f HandlerFunc) HandleCompletion(op *Operation) { f(op) }
