package sim

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// attachment is the backend that attaches one dispatcher to a Network.
type attachment struct {
	net *Network

	// The fields below are guarded by net.mu.
	ready    backend.Queue // completed operations, in the order in which Wait returns them
	woken    bool          // Wake was called since the last Wait
	parked   bool          // a goroutine waits inside Wait; the code that clears parked sends on park
	deadline time.Duration // deadline of that Wait
	closed   bool
	spares   backend.SpareBuffers // buffers to release once net.mu is not held
	handles  []member             // the open handles
	dials    []*dial              // the outstanding connects
	tasks    []*task              // the outstanding operations on files

	park  chan struct{} // receives one token for each time another goroutine clears parked
	timer *time.Timer   // ClockSystem only
}

var _ backend.Backend = (*attachment)(nil)

// BackendName returns "sim".
func (n *Network) BackendName() string { return "sim" }

// OpenBackend is called by proactor.New: it attaches one more dispatcher to n.
func (n *Network) OpenBackend(o backend.Options) (backend.Backend, error) {
	if o.Locked {
		return nil, fmt.Errorf("sim: it cannot wait with a locked thread (Options.WaitMode): %w", errors.ErrUnsupported)
	}
	if len(o.DisabledFeatures) > 0 {
		return nil, fmt.Errorf("sim: it has no features to leave out (Options.DisabledFeatures): %w", errors.ErrUnsupported)
	}
	b, err := n.attach()
	if err != nil {
		return nil, err
	}
	return b, nil
}

// attach makes a backend on n.
func (n *Network) attach() (*attachment, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.bad != nil {
		return nil, n.bad
	}
	if n.clock > ClockSystem {
		return nil, fmt.Errorf("sim: SetClock(%d): there is no such clock", n.clock)
	}
	b := &attachment{net: n, park: make(chan struct{}, 1)}
	n.backends = append(n.backends, b)
	return b, nil
}

// The name "sim" stands for a network without faults, of each dispatcher's own.
func init() { backend.Register(ownNetwork{}) }

type ownNetwork struct{}

func (ownNetwork) BackendName() string { return "sim" }

func (ownNetwork) OpenBackend(o backend.Options) (backend.Backend, error) {
	return NewNetwork(0, Faults{}).OpenBackend(o)
}

// Name returns "sim".
func (b *attachment) Name() string { return "sim" }

// String returns the name and the seed.
func (b *attachment) String() string { return fmt.Sprintf("sim(seed %d)", b.net.seed) }

// Network returns the network that b is attached to.
func (b *attachment) Network() *Network { return b.net }

// Now returns the network's time.
func (b *attachment) Now() time.Duration { return b.net.Now() }

// Start begins op. It carries op out at once if that is possible, and adds it to
// the ready list.
func (b *attachment) Start(op *backend.Op) {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	b.net.readClock()
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
func (b *attachment) operate(op *backend.Op) {
	_, onFile := op.Handle.(*file)
	onFile = onFile && op.Kind.OnFile()
	h := directionOf(op)
	if h == nil && !onFile {
		b.reject(op, backend.ErrWrongHandle)
		return
	}
	if err := op.Handle.(member).common().closed; err != nil {
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

// reject completes op, which was not started, with err.
func (b *attachment) reject(op *backend.Op, err error) {
	op.Err, op.Flag = err, flagIdle
	if h := directionOf(op); h != nil {
		h.outstanding++
	}
	b.ready.Push(op)
	b.signal()
}

// directionOf finds the direction that op belongs to; nil for connects and for file
// operations.
func directionOf(op *backend.Op) *direction {
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

// Cancel cancels op, unless CancelLoses decides otherwise and op can succeed.
func (b *attachment) Cancel(op *backend.Op) {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readClock()
	if op.Flag == flagIdle { // the caller may not own op: look at nothing else
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
	if h := directionOf(op); h != nil {
		h.cancel(op)
	}
}

// CancelAll cancels what is outstanding on every handle, and every connect.
func (b *attachment) CancelAll() {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readClock()
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

// feasible reports whether op, the head of its queue, will complete by itself.
func feasible(op *backend.Op) bool {
	switch s := op.Handle.(type) {
	case *listener:
		return len(s.pending)+s.arriving > 0
	case *packet:
		return s.feasible(op)
	case *stream:
		if op.Kind.Direction() == backend.In {
			return s.in.readCompletes()
		}
		if op.Kind == backend.KindTransmitFile {
			return s.out.transmitCompletes(op.Transmission())
		}
		return s.out.writeCompletes()
	}
	return false
}

// Close closes every handle. Wait(0) returns the outstanding operations.
func (b *attachment) Close() error {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if b.closed {
		return nil
	}
	for _, m := range b.handles { // all of them, before one end observes the close of the other
		m.failAll(backend.ErrBackendClosed)
	}
	for len(b.handles) > 0 {
		b.handles[len(b.handles)-1].closeWith(backend.ErrBackendClosed)
	}
	for len(b.dials) > 0 {
		d := b.dials[len(b.dials)-1]
		d.end()
		d.dir.close(backend.ErrBackendClosed)
	}
	for len(b.tasks) > 0 { // opens: the other tasks ended with their handles
		b.tasks[len(b.tasks)-1].end(backend.ErrBackendClosed)
	}
	b.closeHeld()
	b.closed = true
	n.backends = slices.DeleteFunc(n.backends, func(o *attachment) bool { return o == b })
	n.signalAll() // all other backends may be waiting now: time can advance without b
	return nil
}

// closeHeld completes what is still held back: completions of connects, which
// belong to no handle.
func (b *attachment) closeHeld() {
	for i := 0; i < len(b.net.events.heap); i++ {
		if h, ok := b.net.events.heap[i].owner.(*direction); ok && h.b == b {
			h.close(backend.ErrBackendClosed)
			i = -1 // closing has changed the heap
		}
	}
}

// addHandle adds m, whose part of type handle has everything but these two fields.
func (b *attachment) addHandle(m member) {
	m.common().self, m.common().index = m, len(b.handles)
	b.handles = append(b.handles, m)
}

func (b *attachment) removeHandle(m member) {
	i, last := m.common().index, len(b.handles)-1
	b.handles[i] = b.handles[last]
	b.handles[i].common().index = i
	b.handles[last] = nil
	b.handles = b.handles[:last]
}
