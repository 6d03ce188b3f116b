package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Backend is one dispatcher's place on a Network.
type Backend struct {
	net *Network

	// All of these are guarded by net.mu.
	ready    backend.Queue // completed, in the order in which Wait hands over
	woken    bool          // Wake was called since the last Wait
	parked   bool          // a goroutine rests inside Wait; whoever clears it sends on park
	deadline time.Duration // of that Wait
	closed   bool
	spares   backend.SpareBuffers // to be released once net.mu is not held
	handles  []member             // the open ones
	dials    []*dial              // under way
	tasks    []*task              // on files, under way

	park  chan struct{} // one token for each time parked is cleared by somebody else
	timer *time.Timer   // ClockSystem only
}

var _ backend.Backend = (*Backend)(nil)

// member is a handle, as its backend keeps it.
type member interface {
	cancel()           // ends what is outstanding early
	abandon(err error) // completes what is outstanding, and refuses more
	shut(err error)    // abandons, then lets the other end know
	position() *int    // its index in Backend.handles
}

// New attaches a backend to a network, o.Network or one of its own.
func New(o Options) (backend.Backend, error) {
	b, err := Attach(o)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Attach is New for those who also want the network.
func Attach(o Options) (*Backend, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	n := o.Network
	if n == nil {
		n = NewNetwork(o.Seed, o.Faults)
		n.clock = o.Clock
	}
	if n.bad != nil {
		return nil, n.bad
	}
	b := &Backend{net: n, park: make(chan struct{}, 1)}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.backends = append(n.backends, b)
	return b, nil
}

// Name returns "sim".
func (b *Backend) Name() string { return "sim" }

// String names the seed.
func (b *Backend) String() string { return fmt.Sprintf("sim(seed %d)", b.net.seed) }

// Network returns the network that b is attached to.
func (b *Backend) Network() *Network { return b.net }

// Now returns the network's time.
func (b *Backend) Now() time.Duration { return b.net.Now() }

// Start begins op. What can be carried out at once is, and waits in the ready
// list.
func (b *Backend) Start(op *backend.Op) {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	b.net.look()
	op.N, op.Err, op.New = 0, nil, nil
	switch {
	case b.closed:
		b.reject(op, backend.ErrBackendClosed)
	case op.Kind == backend.KindConnect && backend.IsDatagram(op.Connect().Network):
		b.connectPacket(op)
	case op.Kind == backend.KindConnect:
		b.connect(op)
	case op.Kind == backend.KindOpen:
		b.startTask(op)
	default:
		b.operate(op)
	}
}

// operate begins an operation on a handle.
func (b *Backend) operate(op *backend.Op) {
	_, onFile := op.Handle.(*file)
	onFile = onFile && op.Kind.OnFile()
	h := halfOf(op)
	if h == nil && !onFile {
		b.reject(op, backend.ErrWrongHandle)
		return
	}
	if err := closedError(op.Handle); err != nil {
		b.reject(op, err)
		return
	}
	if s, ok := op.Handle.(*stream); ok && s.out.ending && op.Kind.Direction() == backend.Out {
		b.reject(op, backend.ErrWriteClosed)
		return
	}
	if onFile {
		b.startTask(op)
		return
	}
	h.start(op)
	h.run()
}

// reject completes op without its having been started.
func (b *Backend) reject(op *backend.Op, err error) {
	op.Err, op.Flag = err, flagIdle
	if h := halfOf(op); h != nil {
		h.outstanding++
	}
	b.ready.Push(op)
	b.signal()
}

// halfOf finds the queue that op belongs in; nil for a connect, and for what is
// about files.
func halfOf(op *backend.Op) *half {
	switch s := op.Handle.(type) {
	case *stream:
		switch op.Kind {
		case backend.KindRead, backend.KindReadV, backend.KindReceive:
			return &s.in.r
		case backend.KindWrite, backend.KindWriteV, backend.KindTransmitFile:
			return &s.out.w
		}
	case *listener:
		if op.Kind == backend.KindAccept {
			return &s.accepts
		}
	case *packet:
		switch op.Kind {
		case backend.KindReceiveFrom:
			return &s.r
		case backend.KindSendTo:
			return &s.w
		}
	}
	return nil
}

func closedError(h backend.Handle) error {
	switch h := h.(type) {
	case *stream:
		return h.closed
	case *listener:
		return h.closed
	case *file:
		return h.closed
	case *packet:
		return h.closed
	}
	return nil
}

// Cancel ends op early, unless CancelLoses and it can succeed.
func (b *Backend) Cancel(op *backend.Op) {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.look()
	if op.Flag == flagIdle { // op may be anybody's: look at nothing else
		return
	}
	if d := b.dialOf(op); d != nil {
		d.cancel()
		return
	}
	if t := b.taskOf(op); t != nil {
		t.cancel()
		return
	}
	if h := halfOf(op); h != nil {
		h.cancel(op)
	}
}

// CancelAll cancels what is outstanding on every handle, and every connect.
func (b *Backend) CancelAll() {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.look()
	for _, m := range b.handles {
		m.cancel()
	}
	for _, d := range slices.Clone(b.dials) {
		d.cancel()
	}
	for _, t := range slices.Clone(b.tasks) {
		t.cancel()
	}
}

// feasible says whether op, first in its queue, will complete by itself.
func feasible(op *backend.Op) bool {
	switch s := op.Handle.(type) {
	case *listener:
		return len(s.pending)+s.coming > 0
	case *packet:
		return s.feasible(op)
	case *stream:
		if op.Kind.Direction() == backend.In {
			return s.in.readEnds()
		}
		if op.Kind == backend.KindTransmitFile {
			return s.out.transmitEnds(op.Transmission())
		}
		return s.out.writeEnds()
	}
	return false
}

// Close closes every handle. What was outstanding is handed over by Wait(0).
func (b *Backend) Close() error {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if b.closed {
		return nil
	}
	for _, m := range b.handles { // all of them, before one end hears of the other's
		m.abandon(backend.ErrBackendClosed)
	}
	for len(b.handles) > 0 {
		b.handles[len(b.handles)-1].shut(backend.ErrBackendClosed)
	}
	for len(b.dials) > 0 {
		d := b.dials[len(b.dials)-1]
		d.end()
		d.half.close(backend.ErrBackendClosed)
	}
	for len(b.tasks) > 0 { // opens: the rest went with the handles
		b.tasks[len(b.tasks)-1].end(backend.ErrBackendClosed)
	}
	b.letGo()
	b.closed = true
	n.backends = slices.DeleteFunc(n.backends, func(o *Backend) bool { return o == b })
	n.signalAll() // the rest may all be waiting now: time goes on without b
	return nil
}

// letGo hands over what is still held back: completions of connects, which no
// handle knows of.
func (b *Backend) letGo() {
	for i := 0; i < len(b.net.events.heap); i++ {
		if h, ok := b.net.events.heap[i].owner.(*half); ok && h.b == b {
			h.close(backend.ErrBackendClosed)
			i = -1 // the heap is another now
		}
	}
}

func (b *Backend) enter(m member) {
	*m.position() = len(b.handles)
	b.handles = append(b.handles, m)
}

func (b *Backend) leave(m member) {
	i, last := *m.position(), len(b.handles)-1
	b.handles[i] = b.handles[last]
	*b.handles[i].position() = i
	b.handles[last] = nil
	b.handles = b.handles[:last]
}
