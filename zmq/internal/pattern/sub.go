package pattern

import (
	"bytes"
	"runtime"
	"slices"

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
	peers  []*publisher // those that are connected; under both locks
}

// publisher is a peer of a SUB. It is told of many prefixes some at a time, in
// ascending order, so that nobody waits for a lock meanwhile.
type publisher struct {
	*pipe.Peer
	behind bool   // it does not know of the prefixes beyond last
	last   []byte // the last prefix that it was told of, while it is behind
	gone   bool
}

// NewSub makes a SUB socket.
func NewSub(o Options) *Socket {
	s := newSocket("SUB", o)
	kind := &sub{Socket: s}
	kind.wants = kind.wanted.Matches
	s.behaviour = kind
	return s
}

// Subscribe asks all publishers, also those to come, for the messages that start
// with prefix. Subscriptions are counted: each needs its own Unsubscribe.
func (s *Socket) Subscribe(prefix []byte) error { return s.subscription(subscribe, prefix) }

// Unsubscribe takes one subscription back.
func (s *Socket) Unsubscribe(prefix []byte) error { return s.subscription(unsubscribe, prefix) }

func (s *Socket) subscription(what byte, prefix []byte) error {
	if s == nil {
		panic(ZeroSocket)
	}
	kind, ok := s.behaviour.(*sub)
	if !ok {
		return s.noSubscriptions(what)
	}
	if len(prefix) > subscription.MaxPrefix {
		return longPrefix(what, len(prefix))
	}
	unlock := s.lockBoth()
	if s.closed {
		unlock()
		return s.isClosed(subscriptionCall(what))
	}
	if kind.count(what, prefix) {
		for _, p := range kind.peers {
			if !p.behind || bytes.Compare(prefix, p.last) <= 0 {
				kind.tell(p, what, prefix)
			}
		}
	}
	kicks := s.takeWakes()
	unlock()
	for _, c := range kicks {
		c.Wake(false) // subscriptions come in bursts: a write for each costs more than a dispatcher's turn
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

// tell queues a subscription message for p.
func (s *sub) tell(p *publisher, what byte, prefix []byte) {
	p.Out.Put(message.Single(append([]byte{what}, prefix...)))
	if woken := p.Out.Activate(); woken != nil {
		s.toWake = append(s.toWake, woken)
	}
}

func (s *sub) send(message.Msg) (*pipe.Out, error) { return nil, errSendOnSub }

func (s *sub) recv() (message.Msg, error) {
	for range turnSize {
		m, in := s.receiveQueue.recv()
		if in == nil {
			return message.Msg{}, ErrWouldBlock
		}
		if s.wanted.Matches(m.Bytes()) {
			s.receiveQueue.publish(in, s.wants)
			return m, nil
		}
		m.Release()
		s.Drops.Add(DropNotSubscribed, 1)
	}
	return message.Msg{}, errTurn
}

func (s *sub) attach(*pipe.Peer) error { return nil }

// connected tells a publisher everything that is wanted. If that is much, a
// goroutine tells it the rest.
func (s *sub) connected(peer *pipe.Peer) error {
	if p := s.newPublisher(peer); p.behind {
		go s.tellRest(p)
	}
	return nil
}

// newPublisher adds a publisher and tells it the first prefixes.
func (s *sub) newPublisher(peer *pipe.Peer) *publisher {
	p := &publisher{Peer: peer}
	s.peers = append(s.peers, p)
	told := 0
	s.wanted.All(func(prefix []byte) bool { return s.tellNext(p, prefix, &told) })
	p.behind = told > turnSize
	return p
}

// tellNext tells p the next prefix that it does not know, and reports whether it
// is to be told of more in this turn. told counts them, and the one that is too
// many.
func (s *sub) tellNext(p *publisher, prefix []byte, told *int) bool {
	if *told++; *told > turnSize {
		return false
	}
	s.tell(p, subscribe, prefix)
	p.last = append(p.last[:0], prefix...)
	return true
}

// tellRest holds the locks for a turn at a time.
func (s *sub) tellRest(p *publisher) {
	for s.tellTurn(p) {
		runtime.Gosched()
	}
}

// tellTurn tells p of some prefixes and reports whether there are more.
func (s *sub) tellTurn(p *publisher) bool {
	unlock := s.lockBoth()
	if s.closed || p.gone {
		unlock()
		return false
	}
	told := 0
	s.wanted.Beyond(p.last, func(prefix []byte) bool { return s.tellNext(p, prefix, &told) })
	if p.behind = told > turnSize; !p.behind {
		p.last = nil
	}
	behind, kicks := p.behind, s.takeWakes()
	unlock()
	for _, c := range kicks {
		c.Wake(false)
	}
	return behind
}

// disconnected forgets a publisher: it is told everything again when it comes back.
func (s *sub) disconnected(p *pipe.Peer) {
	s.detach(p)
	p.Out.Discard()
}

func (s *sub) detach(peer *pipe.Peer) {
	s.peers = slices.DeleteFunc(s.peers, func(p *publisher) bool {
		p.gone = p.gone || p.Peer == peer
		return p.gone
	})
}
func (s *sub) writable(*pipe.Out) {}
