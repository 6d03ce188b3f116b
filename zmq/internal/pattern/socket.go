package pattern

import (
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// Socket is the pattern side of a socket: its peers, its two locks, and those
// who wait.
type Socket struct {
	behaviour behaviour
	name      string // of the type: "PUSH"
	opts      Options
	errs      *callErrors // what its calls fail with

	sendMu  sync.Mutex
	senders pipe.Waiters // under sendMu
	balance roundRobin   // under sendMu
	pace    pipe.Sender  // under sendMu
	closed  bool         // set under both locks

	recvMu       sync.Mutex
	receiveQueue fairQueue
	putBack      []message.Msg // under recvMu; see putback.go
	hasPutBack   atomic.Bool   // it is not empty

	toWake []pipe.Consumer // to be kicked once the locks are given back; under both

	sent     pipe.Counter // under sendMu
	received pipe.Counter // under recvMu
	peers    int          // those that are connected; under both

	canSend signal
	Drops   Drops
}

func newSocket(name string, o Options) *Socket {
	s := &Socket{name: name, opts: o, errs: errorsOfType(name), pace: pipe.Sender{Pace: o.Pace}}
	s.receiveQueue.opts = &s.opts
	return s
}

// Attach adds a peer. Messages may queue up for it from now on.
func (s *Socket) Attach(p *pipe.Peer) error {
	defer s.lockBoth()()
	if s.closed {
		return ErrClosed
	}
	return s.behaviour.attach(p)
}

// Connected says that p can be reached: in brings its messages, routingID is what
// it calls itself, empty if it does not. An error means that the pattern does not
// want it: the connection is to be closed, and Disconnected must not be called.
func (s *Socket) Connected(p *pipe.Peer, in *pipe.In, routingID []byte) error {
	unlock := s.lockBoth()
	p.In, p.RoutingID = in, routingID
	if p.Last != nil {
		in.Previous, p.Last = p.Last, nil
	}
	err := s.connect(p)
	if err != nil {
		p.In = nil
	} else {
		s.peers++
	}
	kicks := s.takeWakes()
	unlock()
	wakeAll(kicks)
	return err
}

// connect tells the type of a peer that has come, unless that is back only for what
// is still queued for it. Both locks are held.
func (s *Socket) connect(p *pipe.Peer) error {
	if !p.Leaving {
		return s.behaviour.connected(p)
	}
	if msgs, _ := p.Out.Queued(); msgs == 0 {
		return ErrLeaving
	}
	return nil
}

// probe sends an empty message to a peer that has come, with ProbeRouter: a ROUTER
// at the other end knows the socket then. Both locks are held.
func (s *Socket) probe(p *pipe.Peer) {
	if !s.opts.ProbeRouter {
		return
	}
	p.Out.Put(message.Single(nil))
	if woken := p.Out.Activate(); woken != nil {
		s.toWake = append(s.toWake, woken)
	}
}

func (s *Socket) takeWakes() []pipe.Consumer {
	kicks := s.toWake
	s.toWake = nil
	return kicks
}

func wakeAll(woken []pipe.Consumer) {
	for _, c := range woken {
		c.Wake(true)
	}
}

// Disconnected says that p cannot be reached. What it sent can still be
// received.
func (s *Socket) Disconnected(p *pipe.Peer) {
	defer s.lockBoth()()
	s.peers--
	s.behaviour.disconnected(p)
	if s.receiveQueue.admit(); p.In != nil && p.In.Active {
		p.Last = p.In
	}
	if s.closed && p.In != nil {
		s.Drops.Add(DropUnread, p.In.Unread(!p.In.Local))
	}
	p.In = nil
}

// forget drops what is queued for a peer that has gone: of the types that keep
// nothing for the next connection. One that was disconnected over inproc still takes
// it. Both locks are held.
func (s *Socket) forget(p *pipe.Peer) {
	if !p.Leaving || !p.Out.Joined() {
		s.Drops.Add(DropPeerGone, p.Out.Discard())
	}
}

// Cut leaves what p has sent and was not taken yet to whoever is given p's pipe
// next; see pipe.In.Detach.
func (s *Socket) Detached(p *pipe.Peer) {
	s.lockRecv()
	defer s.recvMu.Unlock()
	if p.In != nil {
		p.In.Detach()
	}
}

// Retire says that nothing more is to be sent to p. What is queued for it leaves as
// before, also on a later connection, and what it sends is received. Detach follows.
func (s *Socket) StopNotify(p *pipe.Peer) {
	defer s.lockBoth()()
	p.Leaving = true
	s.behaviour.detach(p)
	p.Out.StopNotify()
}

// Detach says that p is gone for good. What was queued for it is dropped and
// counted, except over inproc, where the peer still takes it.
func (s *Socket) Detach(p *pipe.Peer, dropped bool) {
	defer s.lockBoth()()
	s.behaviour.detach(p)
	if p.Out == nil {
		return
	}
	p.Out.StopNotify() // else room in it would bring it back among those that are sent to
	if dropped {
		s.Drops.Add(DropPeerGone, p.Out.Discard())
	}
}

// Close makes every call, also those that wait, fail with ErrClosed. Peers are
// taken away by those who brought them.
func (s *Socket) Close() {
	s.lockBoth()
	s.closed, s.balance.only = true, nil
	s.senders.WakeAll()
	s.receiveQueue.close()
	s.canSend.raise()
	s.sendMu.Unlock()
	s.countUnread()
	s.recvMu.Unlock()
}

// countUnread counts what nobody will receive, of connections that have ended.
// The others count theirs when they end. The receive lock is held, and not the
// send lock: the source of an inproc peer's messages has one of the same kind.
func (s *Socket) countUnread() {
	s.dropPutBack(DropUnread)
	s.receiveQueue.admit()
	for _, in := range s.receiveQueue.active {
		for ; in != nil; in = in.Following {
			if in.Peer != nil && in.Peer.In != in {
				s.Drops.Add(DropUnread, in.Unread(true))
			}
		}
	}
}

// NewOut makes the outgoing pipe of a new peer.
func (s *Socket) NewOut() *pipe.Out {
	out := pipe.NewOut(&s.sendMu, s.opts.SendLimits, s.opts.GatherMin, s, &s.sent)
	out.Pace = s.opts.Pace
	return out
}

// NewIn makes the incoming pipe of a connection.
func (s *Socket) NewIn(source pipe.Source) *pipe.In {
	return pipe.NewIn(source, s.opts.RecvLimits, s, &s.received)
}

// RecvLimits are the receive high-water marks.
func (s *Socket) RecvLimits() pipe.Limits { return s.opts.RecvLimits }

// Writable implements pipe.Writer.
func (s *Socket) Writable(o *pipe.Out) {
	s.behaviour.writable(o)
	s.canSend.raise()
}

// Readable implements pipe.Reader.
func (s *Socket) Readable(in *pipe.In) {
	s.behaviour.readable(in)
}

// readable is the behaviour of types that receive.
func (s *Socket) readable(in *pipe.In) { s.receiveQueue.addReady(in) }

// CanRecv returns a channel that holds a token while a TryRecv may succeed.
func (s *Socket) CanRecv() <-chan struct{} {
	if s.receiveQueue.notEmpty.wanted() {
		return s.receiveQueue.notEmpty.channel()
	}
	ready := s.watch(&s.receiveQueue.notEmpty)
	s.lockRecv() // a loan raises nothing
	s.recvMu.Unlock()
	s.receiveQueue.notEmpty.raise()
	return ready
}

// CanSend returns a channel that holds a token while a TrySend may succeed.
func (s *Socket) CanSend() <-chan struct{} { return s.watch(&s.canSend) }

func (s *Socket) watch(ready *signal) <-chan struct{} {
	if s.opts.WaitStrategy != nil && !ready.wanted() {
		s.opts.WaitStrategy.WaitingElsewhere()
	}
	return ready.channel()
}

// lockRecv takes the receive lock and ends the loan.
func (s *Socket) lockRecv() {
	s.recvMu.Lock()
	s.receiveQueue.revoke()
}

// lockBoth takes both locks in their order and returns what gives them back.
func (s *Socket) lockBoth() (unlock func()) {
	s.lockRecv()
	s.sendMu.Lock()
	return func() {
		s.sendMu.Unlock()
		s.recvMu.Unlock()
	}
}
