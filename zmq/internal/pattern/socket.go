package pattern

import (
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Socket is the pattern side of a socket: its peers, its two locks, and the
// goroutines that wait.
type Socket struct {
	behaviour behaviour
	typ       wire.SocketType
	cfg       Config
	values    atomic.Pointer[option.Resolved] // see options
	errs      *callErrors                     // the frequent errors of its calls

	sendMu            sync.Mutex
	senders           pipe.Waiters // under sendMu
	balance           roundRobin   // under sendMu
	pace              pipe.Sender  // under sendMu
	untilLook, handed int          // under sendMu; see deferralLocked
	closed            bool         // set under both locks

	// For a turn of SendBatch: collects says that one is in progress, and collected
	// has the consumers to be woken at its end. Under sendMu.
	collects  bool
	collected []pipe.Consumer

	recvMu       sync.Mutex
	receiveQueue fairQueue
	putBack      []message.Msg // under recvMu; see putback.go
	hasPutBack   atomic.Bool   // it is not empty

	toWake []pipe.Consumer // to be woken once the locks are released; under both

	sent     pipe.Counter // under sendMu
	received pipe.Counter // under recvMu
	attached []*pipe.Peer // under both
	peers    int          // number of connected peers; under both

	canSend signal
	Drops   Drops
}

func newSocket(t wire.SocketType, c Config) *Socket {
	s := &Socket{typ: t, cfg: c, errs: errorsOfType(t), pace: pipe.Sender{Pace: c.Pace}}
	s.receiveQueue.cfg = &s.cfg
	if c.Options == nil {
		c.Options = option.Resolve(new(option.Values))
	}
	s.values.Store(c.Options)
	s.cfg.Options = nil // those that hold now are in values
	return s
}

// options returns the options that hold now. Any goroutine may call it; a call
// that needs several of them calls it once.
func (s *Socket) options() *option.Resolved { return s.values.Load() }

// SetOptions replaces the options, for calls and events that come now. The
// high-water marks hold for all peers at once. Senders that wait try again: the
// new options may not make them wait.
func (s *Socket) SetOptions(o *option.Resolved) {
	s.lockRecv()
	defer s.recvMu.Unlock()
	s.values.Store(o)
	for _, p := range s.attached {
		s.limitRecvLocked(p)
	}
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	for _, p := range s.attached {
		p.Out.SetLimits(o.SendLimits)
	}
	s.senders.WakeAll()
	s.canSend.raise()
}

// LimitRecv bounds what comes from p by the high-water marks that hold now. It
// follows Connected.
func (s *Socket) LimitRecv(p *pipe.Peer) {
	s.lockRecv()
	s.limitRecvLocked(p)
	s.recvMu.Unlock()
}

// limitRecvLocked is LimitRecv with the receive lock held, and not the send lock:
// the source of an inproc peer's messages has a lock of the same kind.
func (s *Socket) limitRecvLocked(p *pipe.Peer) {
	if p.In != nil {
		p.In.SetLimits(s.options().RecvLimits)
	}
}

// RecvLimits returns the high-water marks for what is received. Any goroutine
// may call it.
func (s *Socket) RecvLimits() pipe.Limits { return s.options().RecvLimits }

// Attach adds a peer. Messages may queue up for it from now on.
func (s *Socket) Attach(p *pipe.Peer) error {
	defer s.lockBoth()()
	if s.closed {
		return ErrClosed
	}
	if err := s.behaviour.attach(p); err != nil {
		return err
	}
	p.Place = len(s.attached)
	s.attached = append(s.attached, p)
	p.Out.SetLimits(s.options().SendLimits)
	return nil
}

// Connected says that p is connected: in brings its messages, routingID is its
// own name, empty if it has none. An error means that the pattern refuses the
// peer: the connection must be closed, and Disconnected must not be called.
func (s *Socket) Connected(p *pipe.Peer, in *pipe.In, routingID []byte) error {
	unlock := s.lockBoth()
	p.In, p.RoutingID = in, routingID
	if p.Last != nil {
		in.Previous, p.Last = p.Last, nil
	}
	err := s.connectLocked(p)
	if err != nil {
		p.In = nil
	} else {
		s.peers++
	}
	wakes := s.takeWakesLocked()
	unlock()
	wakeAll(wakes)
	return err
}

// connectLocked passes a new peer to the type, unless the peer is back only for
// messages that are still queued for it. Both locks are held.
func (s *Socket) connectLocked(p *pipe.Peer) error {
	if !p.Leaving {
		return s.behaviour.connected(p)
	}
	if msgs, _ := p.Out.Queued(); msgs == 0 {
		return ErrLeaving
	}
	return nil
}

// probeLocked sends an empty message to a new peer, with ProbeRouter: a ROUTER at the
// other end then has a message with the socket's id. Both locks are held.
func (s *Socket) probeLocked(p *pipe.Peer) {
	if !s.options().ProbeRouter {
		return
	}
	p.Out.Put(message.Single(nil))
	if woken := p.Out.Activate(); woken != nil {
		s.toWake = append(s.toWake, woken)
	}
}

func (s *Socket) takeWakesLocked() []pipe.Consumer {
	wakes := s.toWake
	s.toWake = nil
	return wakes
}

func wakeAll(woken []pipe.Consumer) {
	for _, c := range woken {
		c.Wake(true)
	}
}

// Disconnected says that p is not connected any more. Its messages that have
// come can still be received.
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

// forgetLocked drops the messages that are queued for a peer that has disconnected,
// for types that keep none for the next connection. A leaving peer over inproc
// still takes them. Both locks are held.
func (s *Socket) forgetLocked(p *pipe.Peer) {
	if !p.Leaving || !p.Out.Joined() {
		s.Drops.Add(DropPeerGone, p.Out.Discard())
	}
}

// Detached takes p's source away: messages that were not taken stay there for
// the next owner of the pipe; see pipe.In.Detach.
func (s *Socket) Detached(p *pipe.Peer) {
	s.lockRecv()
	defer s.recvMu.Unlock()
	if p.In != nil {
		p.In.Detach()
	}
}

// StopNotify says that no more messages are sent to p. Those that are queued
// for it still leave, also on a later connection, and its messages are
// received. Detach follows.
func (s *Socket) StopNotify(p *pipe.Peer) {
	defer s.lockBoth()()
	p.Leaving = true
	s.behaviour.detach(p)
	p.Out.StopNotify()
}

// Detach says that p is gone for good. With dropped set, messages that are
// queued for it are dropped and counted; over inproc the peer still takes them.
func (s *Socket) Detach(p *pipe.Peer, dropped bool) {
	defer s.lockBoth()()
	s.behaviour.detach(p)
	s.removeLocked(p)
	p.Out.StopNotify() // otherwise room in it would make it take part in sending again
	if dropped {
		s.Drops.Add(DropPeerGone, p.Out.Discard())
	}
}

// removeLocked removes p from the attached peers, if it is one of them. Both
// locks are held.
func (s *Socket) removeLocked(p *pipe.Peer) {
	last := len(s.attached) - 1
	if p.Place > last || s.attached[p.Place] != p {
		return
	}
	s.attached[p.Place] = s.attached[last]
	s.attached[p.Place].Place = p.Place
	s.attached[last] = nil
	s.attached = s.attached[:last]
}

// Close makes every call fail with ErrClosed, also those that wait. The
// caller's sessions detach the peers.
func (s *Socket) Close() {
	s.lockBoth()
	s.closed, s.balance.only = true, nil
	s.senders.WakeAll()
	s.receiveQueue.close()
	s.canSend.raise()
	s.sendMu.Unlock()
	s.countUnreadLocked()
	s.recvMu.Unlock()
}

// countUnreadLocked counts the messages of ended connections that will not be
// received. The other connections are counted when they end. The receive lock
// is held, and not the send lock: the source of an inproc peer's messages has a
// lock of the same kind.
func (s *Socket) countUnreadLocked() {
	s.dropPutBackLocked(DropUnread)
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
	out := pipe.NewOut(&s.sendMu, s.options().SendLimits, s.cfg.GatherMin, s, &s.sent)
	out.Pace = s.cfg.Pace
	return out
}

// NewIn makes the incoming pipe of a connection.
func (s *Socket) NewIn(source pipe.Source) *pipe.In {
	return pipe.NewIn(source, s.options().RecvLimits, s, &s.received)
}

// Writable implements pipe.Writer.
func (s *Socket) Writable(o *pipe.Out) {
	s.behaviour.writable(o)
	s.canSend.raise()
}

// Readable implements pipe.Reader.
func (s *Socket) Readable(in *pipe.In) {
	s.behaviour.readable(in)
}

// CanRecv returns a channel that holds a token while a TryRecv may succeed.
func (s *Socket) CanRecv() <-chan struct{} {
	if s.receiveQueue.notEmpty.wanted() {
		return s.receiveQueue.notEmpty.channel()
	}
	ready := s.watch(&s.receiveQueue.notEmpty)
	s.lockRecv() // published messages raise no signal
	s.recvMu.Unlock()
	s.receiveQueue.notEmpty.raise()
	return ready
}

// CanSend returns a channel that holds a token while a TrySend may succeed.
func (s *Socket) CanSend() <-chan struct{} { return s.watch(&s.canSend) }

func (s *Socket) watch(ready *signal) <-chan struct{} {
	if s.cfg.WaitStrategy != nil && !ready.wanted() {
		s.cfg.WaitStrategy.WaitingElsewhere()
	}
	return ready.channel()
}

// lockRecv takes the receive lock and revokes the published messages.
func (s *Socket) lockRecv() {
	s.recvMu.Lock()
	s.receiveQueue.revoke()
}

// lockBoth takes both locks in their order and returns the function that
// releases them.
func (s *Socket) lockBoth() (unlock func()) {
	s.lockRecv()
	s.sendMu.Lock()
	return func() {
		s.sendMu.Unlock()
		s.recvMu.Unlock()
	}
}
