package pattern

import (
	"context"
	"sync"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// Socket is the pattern side of a socket: its peers, its two locks, and those
// who wait.
type Socket struct {
	kind behaviour
	opts Options

	sendMu  sync.Mutex
	senders pipe.Waiters // under sendMu
	closed  bool         // set under both locks

	recvMu  sync.Mutex
	arrived fairQueue

	kicks []*pipe.Out // to be kicked once the locks are given back; under both

	canSend signal
	Drops   Drops
}

// Send queues m for whom the pattern says. It waits while nobody can take it,
// until ctx is done. m belongs to the socket if Send succeeds.
func (s *Socket) Send(ctx context.Context, m message.Msg) error {
	err := s.TrySend(m)
	for err == ErrWouldBlock {
		err = s.sendOrWait(ctx, m)
	}
	return err
}

// TrySend is Send that does not wait: it fails with ErrWouldBlock.
func (s *Socket) TrySend(m message.Msg) error {
	s.sendMu.Lock()
	out, err := s.sendLocked(m)
	return s.sent(m, out, err)
}

func (s *Socket) sendLocked(m message.Msg) (*pipe.Out, error) {
	if s.closed {
		return nil, ErrClosed
	}
	if m.Bytes() == nil {
		return nil, ErrNoFrame
	}
	return s.kind.send(m)
}

// sent ends a send that holds the lock.
func (s *Socket) sent(m message.Msg, out *pipe.Out, err error) error {
	kick := out != nil && out.Wake()
	s.sendMu.Unlock()
	if kick {
		out.Kick(true)
	}
	if err == nil {
		m.Release()
	}
	return err
}

// sendOrWait sends, or waits for room and returns ErrWouldBlock for another try.
func (s *Socket) sendOrWait(ctx context.Context, m message.Msg) error {
	s.sendMu.Lock()
	out, err := s.sendLocked(m)
	if err != ErrWouldBlock {
		s.senders.WakeOne() // whoever waits behind us may find room too
		return s.sent(m, out, err)
	}
	w := s.senders.Add()
	s.sendMu.Unlock()
	waited := w.Wait(ctx)
	s.sendMu.Lock()
	s.senders.Forget(w, waited != nil)
	s.sendMu.Unlock()
	if waited != nil {
		return waited
	}
	return ErrWouldBlock
}

// Recv returns the next message. It waits until there is one, or until ctx is
// done.
func (s *Socket) Recv(ctx context.Context) (message.Msg, error) {
	m, err := s.TryRecv()
	for err == ErrWouldBlock {
		m, err = s.recvOrWait(ctx)
	}
	return m, err
}

// TryRecv is Recv that does not wait: it fails with ErrWouldBlock.
func (s *Socket) TryRecv() (message.Msg, error) {
	s.recvMu.Lock()
	m, err := s.recvLocked()
	s.recvMu.Unlock()
	return m, err
}

func (s *Socket) recvLocked() (message.Msg, error) {
	if s.closed {
		return message.Msg{}, ErrClosed
	}
	m, err := s.kind.recv()
	if err == nil {
		s.arrived.passOn()
	}
	return m, err
}

// recvOrWait receives, or waits for a message and returns ErrWouldBlock for
// another try.
func (s *Socket) recvOrWait(ctx context.Context) (message.Msg, error) {
	s.recvMu.Lock()
	m, err := s.recvLocked()
	if err != ErrWouldBlock {
		s.recvMu.Unlock()
		return m, err
	}
	w := s.arrived.wait()
	s.recvMu.Unlock()
	if w == nil {
		return m, ErrWouldBlock
	}
	waited := w.Wait(ctx)
	s.arrived.forget(w, waited != nil)
	if waited != nil {
		return m, waited
	}
	return m, ErrWouldBlock
}

// Attach adds a peer. Messages may queue up for it from now on.
func (s *Socket) Attach(p *pipe.Peer) error {
	defer s.lockBoth()()
	if s.closed {
		return ErrClosed
	}
	return s.kind.attach(p)
}

// Connected says that p can be reached: in brings its messages, routingID is what
// it calls itself, empty if it does not. An error means that the pattern does not
// want it: the connection is to be closed, and Disconnected must not be called.
func (s *Socket) Connected(p *pipe.Peer, in *pipe.In, routingID []byte) error {
	unlock := s.lockBoth()
	p.In, p.RoutingID = in, routingID
	err := s.kind.connected(p)
	if err != nil {
		p.In = nil
	}
	kicks := s.takeKicks()
	unlock()
	kickAll(kicks)
	return err
}

func (s *Socket) takeKicks() []*pipe.Out {
	kicks := s.kicks
	s.kicks = nil
	return kicks
}

func kickAll(outs []*pipe.Out) {
	for _, out := range outs {
		out.Kick(true)
	}
}

// Disconnected says that p cannot be reached. What it sent can still be
// received.
func (s *Socket) Disconnected(p *pipe.Peer) {
	defer s.lockBoth()()
	s.kind.disconnected(p)
	p.In = nil
}

// Cut leaves what p has sent and was not taken yet to whoever is given p's pipe
// next; see pipe.In.Cut.
func (s *Socket) Cut(p *pipe.Peer) {
	s.recvMu.Lock()
	defer s.recvMu.Unlock()
	if p.In != nil {
		p.In.Cut()
	}
}

// Detach says that p is gone for good. What was queued for it is dropped and
// counted, except over inproc, where the peer still takes it.
func (s *Socket) Detach(p *pipe.Peer, dropped bool) {
	defer s.lockBoth()()
	s.kind.detach(p)
	if dropped && p.Out != nil {
		s.Drops.Add(DropPeerGone, p.Out.Discard())
	}
}

// Close makes every call, also those that wait, fail with ErrClosed. Peers are
// taken away by those who brought them.
func (s *Socket) Close() {
	unlock := s.lockBoth()
	s.closed = true
	s.senders.WakeAll()
	s.arrived.wakeAll()
	s.canSend.raise()
	unlock()
}

// NewOut makes the outgoing pipe of a new peer. join is the receiving socket's
// limits where the pipe is shared with it (inproc), nil otherwise.
func (s *Socket) NewOut(join *pipe.Limits) *pipe.Out {
	limits := s.opts.SendLimits
	if join != nil {
		limits = limits.Join(*join)
	}
	return pipe.NewOut(&s.sendMu, limits, s.opts.GatherMin, s)
}

// NewIn makes the incoming pipe of a connection.
func (s *Socket) NewIn(source pipe.Source) *pipe.In {
	return pipe.NewIn(source, s.opts.RecvLimits, s)
}

// RecvLimits are the receive high-water marks.
func (s *Socket) RecvLimits() pipe.Limits { return s.opts.RecvLimits }

// Writable implements pipe.Writer.
func (s *Socket) Writable(o *pipe.Out) {
	s.kind.writable(o)
	s.canSend.raise()
}

// Readable implements pipe.Reader.
func (s *Socket) Readable(in *pipe.In) {
	s.kind.readable(in)
}

// readable is the behaviour of types that receive.
func (s *Socket) readable(in *pipe.In) { s.arrived.add(in) }

// Pending is how many messages wait to be sent, or are being written.
func (s *Socket) Pending(p *pipe.Peer) int {
	if p.Out == nil {
		return 0
	}
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	n, _ := p.Out.Queued()
	return n
}

// CanRecv and CanSend return channels that hold a token while a TryRecv or a
// TrySend may succeed.
func (s *Socket) CanRecv() <-chan struct{} { return s.arrived.notEmpty.channel() }

// CanSend: see CanRecv.
func (s *Socket) CanSend() <-chan struct{} { return s.canSend.channel() }

// lockBoth takes both locks in their order and returns what gives them back.
func (s *Socket) lockBoth() (unlock func()) {
	s.recvMu.Lock()
	s.sendMu.Lock()
	return func() {
		s.sendMu.Unlock()
		s.recvMu.Unlock()
	}
}
