package skeleton_test

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// TestMemory runs the tests of the contract between dispatcher and backend on a backend
// that has nothing but its attempts: the skeleton has the rest.
func TestMemory(t *testing.T) {
	conformance.RunBackend(t, func() (backend.Backend, error) { return newMemory(), nil })
}

func newMemory() *memory {
	b := &memory{listeners: map[string]*end{}}
	b.Base.Init("memory", func(op *backend.Op) { b.Complete(op, op.Err); b.Wake() }, nil)
	b.channel.Init()
	return b
}

// memory carries operations out on streams in memory.
type memory struct {
	skeleton.Core[*end]
	channel   skeleton.Channel
	listeners map[string]*end // covered by Mu
}

// end is a listener, or an end of a stream or of a pipe.
type end struct {
	backend.NoStream
	b        *memory
	local    net.Addr
	listener bool
	pending  []*end // connections to accept; the lock of the In side covers them
	pipes    [backend.Directions]*pipe
	sides    [backend.Directions]side
	closing  skeleton.Closing
}

// side is one direction of an end.
type side struct {
	skeleton.Queue
	e *end
	d backend.Direction
}

// pipe carries bytes in one direction, between an Out side and an In side.
type pipe struct {
	mu    sync.Mutex // a leaf
	data  []byte
	ended bool
	sides [backend.Directions]*side
}

// pipeSize is how many bytes a pipe holds.
const pipeSize = 4 << 10

// open makes an end on the pipes that it reads and writes; nil for none.
func (b *memory) open(in, out *pipe) (*end, error) {
	e := &end{b: b, local: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, pipes: [...]*pipe{in, out}}
	for d := range e.sides {
		e.sides[d].e, e.sides[d].d = e, backend.Direction(d)
		if p := e.pipes[d]; p != nil {
			p.mu.Lock()
			p.sides[d] = &e.sides[d]
			p.mu.Unlock()
		}
	}
	if !b.Open.Add(e) {
		e.Close()
		return nil, backend.ErrBackendClosed
	}
	return e, nil
}

// attemptLocked tries op without waiting.
func (s *side) attemptLocked(op *backend.Op) (n int, err error) {
	switch op.Kind {
	case backend.KindRead:
		return s.e.pipes[s.d].read(op.Buf)
	case backend.KindWrite:
		return s.e.pipes[s.d].write(op.Buf)
	case backend.KindAccept:
		if len(s.e.pending) == 0 {
			return 0, backend.ErrWouldBlock
		}
		op.New, s.e.pending = s.e.pending[0], s.e.pending[1:]
		return 0, nil
	}
	return 0, errors.ErrUnsupported
}

func (p *pipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.data) == 0 && !p.ended {
		return 0, backend.ErrWouldBlock
	} else if len(p.data) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.data)
	p.data = p.data[n:]
	return n, nil
}

func (p *pipe) write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := min(len(b), pipeSize-len(p.data))
	if p.ended {
		return 0, backend.EPIPE
	} else if n == 0 && len(b) > 0 {
		return 0, backend.ErrWouldBlock
	}
	p.data = append(p.data, b[:n]...)
	return n, nil
}

// The methods of skeleton.Side: no operation is held, because each attempt ends at once.

func (s *side) HeldLocked() *backend.Op              { return nil }
func (s *side) CancelHeldLocked(*backend.Op)         {}
func (s *side) Complete(op *backend.Op, err error)   { s.e.b.Complete(op, err) }
func (e *end) Side(k backend.Kind) (s skeleton.Side) { return e.side(k).orNil() }

func (e *end) side(k backend.Kind) *side {
	if !k.Suits(e.listener, false) || !e.listener && e.pipes[k.Direction()] == nil {
		return nil
	}
	return &e.sides[k.Direction()]
}

func (s *side) orNil() skeleton.Side {
	if s == nil {
		return nil
	}
	return s
}

func (s *side) RunLocked() (completed bool) {
	for op := s.Ops.Head(); op != nil; op = s.Ops.Head() {
		n, err := s.attemptLocked(op)
		if err == backend.ErrWouldBlock {
			break
		}
		s.Ops.Pop()
		op.N = n
		s.Complete(op, err)
		completed = true
	}
	return completed
}

// Wake also runs the other end's operations, which may be possible now.
func (s *side) Wake() {
	s.e.b.Wake()
	if p := s.e.pipes[s.d]; p != nil {
		p.mu.Lock()
		other := p.sides[backend.Out-s.d]
		p.mu.Unlock()
		if other != nil {
			other.run(nil)
		}
	}
}

// run queues op, if there is one, and runs the queue.
func (s *side) run(op *backend.Op) {
	s.Mu.Lock()
	completed := op != nil && s.Closed != nil
	if completed {
		s.Complete(op, s.Closed)
	} else {
		if op != nil {
			s.Ops.Push(op)
		}
		completed = s.RunLocked()
	}
	s.Unlock()
	if completed {
		s.Wake()
	}
}

// Start implements backend.Backend.
func (b *memory) Start(op *backend.Op) {
	if op.Kind == backend.KindConnect {
		b.Complete(op, b.connect(op))
		b.Wake()
		return
	}
	if e, ok := op.Handle.(*end); ok && e.side(op.Kind) != nil {
		e.side(op.Kind).run(op)
		return
	}
	b.Files.Start(op)
}

func (b *memory) connect(op *backend.Op) error {
	b.Mu.Lock()
	l := b.listeners[op.Connect().Address]
	b.Mu.Unlock()
	there, back := new(pipe), new(pipe)
	near, err := b.open(back, there)
	if err != nil {
		return err
	} else if l == nil {
		near.Close()
		return backend.ECONNREFUSED
	}
	far, err := l.b.open(there, back)
	if err != nil {
		return err
	}
	op.New = near
	in := &l.sides[backend.In]
	in.Mu.Lock()
	l.pending = append(l.pending, far)
	in.Unlock()
	in.run(nil)
	return nil
}

// Listen implements backend.Backend.
func (b *memory) Listen(network, address string, _ *backend.SocketOptions) (backend.Handle, error) {
	l, err := b.open(nil, nil)
	if err != nil {
		return nil, err
	}
	b.Mu.Lock()
	defer b.Mu.Unlock()
	l.listener, l.local = true, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: len(b.listeners) + 1}
	b.listeners[l.local.String()] = l
	return l, nil
}

// Pipe implements backend.Backend.
func (b *memory) Pipe() (r, w backend.Handle, err error) {
	p := new(pipe)
	if r, err = b.open(p, nil); err == nil {
		w, err = b.open(nil, p)
	}
	return r, w, err
}

// Take implements backend.Backend.
func (b *memory) Take(from backend.Handle) (backend.Handle, error) {
	e := from.(*end)
	err := e.closing.Detach(&e.b.Base, func() error { return nil }, &e.sides[backend.In], &e.sides[backend.Out])
	if err != nil {
		return nil, err
	}
	e.b.Open.Remove(e)
	return b.open(e.pipes[backend.In], e.pipes[backend.Out])
}

// What this backend does not have.

func (b *memory) ListenPacket(string, string, *backend.SocketOptions) (backend.Handle, error) {
	return nil, errors.ErrUnsupported
}
func (b *memory) Adopt(*os.File) (backend.Handle, error) { return nil, errors.ErrUnsupported }

func (b *memory) Wake() { b.channel.Wake() }

// Wait implements backend.Backend.
func (b *memory) Wait(deadline time.Duration) *backend.Op {
	return b.channel.Wait(&b.Base, &b.Completed, deadline)
}

// Close implements backend.Backend.
func (b *memory) Close() error {
	if b.BeginClose(func(*backend.Op, skeleton.Connecting) {}) {
		b.Open.CloseAll()
		b.Files.Close()
	}
	return nil
}

// The methods of backend.Handle.

func (e *end) LocalAddr() net.Addr  { return e.local }
func (e *end) RemoteAddr() net.Addr { return nil }

func (e *end) TryRead(b []byte) (n int, err error) {
	s := &e.sides[backend.In]
	if closed := s.Use(func() { n, err = e.pipes[backend.In].read(b) }); closed != nil {
		return 0, closed
	}
	return n, err
}

func (e *end) Cancel() {
	for d := range e.sides {
		skeleton.CancelAll(&e.sides[d])
	}
}

func (e *end) Close() error {
	return e.closing.Close(func() {
		for d := range e.sides {
			s := &e.sides[d]
			s.Mu.Lock()
			s.Closed = e.b.ClosedError()
			skeleton.CompleteAllLocked(s, s.Closed)
			s.Unlock()
			if p := e.pipes[d]; p != nil {
				p.mu.Lock()
				p.ended = true
				p.mu.Unlock()
			}
			s.Wake()
		}
		e.b.Open.Remove(e)
	})
}
