package pattern

import (
	"maps"
	"slices"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// sub is RFC 29's SUB: it tells every publisher what it wants, and drops what
// comes all the same.
type sub struct {
	*Socket
	wanted prefixes[int] // how often each prefix was subscribed to; under both locks to write
	wants  func(topic []byte) bool
	peers  []*pipe.Peer // those that are connected; under the send lock
}

// NewSub makes a SUB socket.
func NewSub(o Options) *Socket {
	s := newSocket(o)
	kind := &sub{Socket: s}
	kind.wants = kind.wanted.matches
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
		return ErrNotSupported
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
	kickAll(kicks)
	return nil
}

// count counts a subscription up or down and reports whether the publishers must
// be told.
func (s *sub) count(what byte, prefix []byte) bool {
	n, _ := s.wanted.get(prefix)
	if what == subscribe {
		s.wanted.put(prefix, n+1)
		return n == 0
	}
	if n > 1 {
		s.wanted.put(prefix, n-1)
		return false
	}
	s.wanted.remove(prefix)
	return n == 1
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

func (s *sub) send(message.Msg) (*pipe.Out, error) { return nil, ErrNotSupported }

func (s *sub) recv() (message.Msg, error) {
	for {
		m, in := s.arrived.recv()
		if in == nil {
			return m, ErrWouldBlock
		}
		if s.wanted.matches(m.Bytes()) {
			s.arrived.lend(in, s.wants)
			return m, nil
		}
		m.Release()
		s.Drops.Add(DropNotSubscribed, 1)
	}
}

func (s *sub) attach(*pipe.Peer) error { return nil }

// connected tells a publisher everything that is wanted.
func (s *sub) connected(p *pipe.Peer) error {
	s.peers = append(s.peers, p)
	for _, prefix := range slices.Sorted(maps.Keys(s.wanted.values)) { // in an order that a simulation repeats
		s.tell([]*pipe.Peer{p}, subscribe, []byte(prefix))
	}
	return nil
}

func (s *sub) disconnected(p *pipe.Peer) {
	s.peers = without(s.peers, p)
	p.Out.Discard() // it is told everything again when it comes back
}

func (s *sub) detach(p *pipe.Peer) { s.peers = without(s.peers, p) }
func (s *sub) writable(*pipe.Out)  {}
