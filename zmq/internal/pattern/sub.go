package pattern

import (
	"fmt"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/subscription"
)

// sub is RFC 29's SUB: it tells every publisher what it wants, and drops what
// comes all the same.
type sub struct {
	*Socket
	wanted subscription.Set // under both locks to write
	wants  func(topic []byte) bool
	peers  []*pipe.Peer // those that are connected; under the send lock
}

// NewSub makes a SUB socket.
func NewSub(o Options) *Socket {
	s := newSocket(o)
	kind := &sub{Socket: s}
	kind.wants = kind.wanted.Matches
	s.kind = kind
	return s
}

// Subscribe asks all publishers, also those to come, for the messages that start
// with prefix. Subscriptions are counted: each needs its own Unsubscribe.
func (s *Socket) Subscribe(prefix []byte) error { return s.subscription(subscribe, prefix) }

// Unsubscribe takes one subscription back.
func (s *Socket) Unsubscribe(prefix []byte) error { return s.subscription(unsubscribe, prefix) }

func (s *Socket) subscription(what byte, prefix []byte) error {
	kind, ok := s.kind.(*sub)
	if !ok {
		return errNotSub
	}
	if len(prefix) > subscription.MaxPrefix {
		return fmt.Errorf("%w: %d bytes, at most %d are allowed; subscribe to the start of it",
			ErrLongPrefix, len(prefix), subscription.MaxPrefix)
	}
	unlock := s.lockBoth()
	if s.closed {
		unlock()
		return ErrClosed
	}
	if kind.count(what, prefix) {
		kind.tell(kind.peers, what, prefix)
	}
	kicks := s.takeKicks()
	unlock()
	for _, c := range kicks {
		c.Kick(false) // subscriptions come in bursts: a write for each costs more than a dispatcher's turn
	}
	return nil
}

// count counts a subscription up or down and reports whether the publishers must
// be told.
func (s *sub) count(what byte, prefix []byte) bool {
	if what == subscribe {
		return s.wanted.Add(prefix)
	}
	return s.wanted.Remove(prefix)
}

// tell queues a subscription message for peers.
func (s *sub) tell(peers []*pipe.Peer, what byte, prefix []byte) {
	m := message.Single(append([]byte{what}, prefix...))
	for _, p := range peers {
		p.Out.Put(m)
		if woken := p.Out.Wake(); woken != nil {
			s.kicks = append(s.kicks, woken)
		}
	}
}

func (s *sub) send(message.Msg) (*pipe.Out, error) { return nil, errSendOnSub }

func (s *sub) recv() (message.Msg, error) {
	for range turnSize {
		m, in := s.arrived.recv()
		if in == nil {
			return m, ErrWouldBlock
		}
		if s.wanted.Matches(m.Bytes()) {
			s.arrived.lend(in, s.wants)
			return m, nil
		}
		m.Release()
		s.Drops.Add(DropNotSubscribed, 1)
	}
	return message.Msg{}, errTurn
}

func (s *sub) attach(*pipe.Peer) error { return nil }

// connected tells a publisher everything that is wanted.
func (s *sub) connected(p *pipe.Peer) error {
	s.peers = append(s.peers, p)
	only := s.peers[len(s.peers)-1:]
	s.wanted.All(func(prefix []byte) bool {
		s.tell(only, subscribe, prefix)
		return true
	})
	return nil
}

func (s *sub) disconnected(p *pipe.Peer) {
	s.peers = without(s.peers, p)
	p.Out.Discard() // it is told everything again when it comes back
}

func (s *sub) detach(p *pipe.Peer) { s.peers = without(s.peers, p) }
func (s *sub) writable(*pipe.Out)  {}

// without returns list without v, in place: order is kept.
func without[T comparable](list []T, v T) []T {
	for i, x := range list {
		if x == v {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}
