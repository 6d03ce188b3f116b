package pattern

import (
	"bytes"
	"runtime"
	"slices"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/subscription"
)

// sub is RFC 29's SUB: it sends its subscriptions to every publisher, and drops
// messages that match none of them.
type sub struct {
	*Socket
	wanted subscription.Set // under both locks to write
	wants  func(topic []byte) bool
	peers  []*publisher // the connected ones; under both locks
}

// publisher is a peer of a SUB. If there are many prefixes it is sent a part of
// them at a time, in ascending order, so that no goroutine waits long for a
// lock.
type publisher struct {
	*pipe.Peer
	behind bool   // the prefixes beyond last were not sent yet
	last   []byte // the last prefix that was sent, while the publisher is behind
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

// Subscribe asks all publishers, also later ones, for the messages that start
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
				kind.queueSubscription(p, what, prefix)
			}
		}
	}
	wakes := s.takeWakesLocked()
	unlock()
	for _, c := range wakes {
		c.Wake(false) // subscriptions come in bursts: a write for each costs more than a dispatcher's turn
	}
	return nil
}

// count counts a subscription up or down and reports whether the publishers
// must be notified.
func (s *sub) count(what byte, prefix []byte) bool {
	if what == subscribe {
		return s.wanted.Add(prefix)
	}
	return s.wanted.Remove(prefix)
}

// queueSubscription queues a subscription message for p.
func (s *sub) queueSubscription(p *publisher, what byte, prefix []byte) {
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

// connected sends a publisher all subscriptions. If there are many, a goroutine
// sends the rest.
func (s *sub) connected(peer *pipe.Peer) error {
	if p := s.newPublisher(peer); p.behind {
		go s.sendRest(p)
	}
	return nil
}

// newPublisher adds a publisher and sends it the first prefixes.
func (s *sub) newPublisher(peer *pipe.Peer) *publisher {
	p := &publisher{Peer: peer}
	s.peers = append(s.peers, p)
	sent := 0
	s.wanted.All(func(prefix []byte) bool { return s.sendNext(p, prefix, &sent) })
	p.behind = sent > turnSize
	return p
}

// sendNext sends p the next prefix, unless the turn is over. It reports whether
// p may be sent another one. sent counts the prefixes of the turn, and the
// first that is too many.
func (s *sub) sendNext(p *publisher, prefix []byte, sent *int) bool {
	if *sent++; *sent > turnSize {
		return false
	}
	s.queueSubscription(p, subscribe, prefix)
	p.last = append(p.last[:0], prefix...)
	return true
}

// sendRest sends p all remaining prefixes. It holds the locks for a turn at a
// time.
func (s *sub) sendRest(p *publisher) {
	for s.sendTurn(p) {
		runtime.Gosched()
	}
}

// sendTurn sends p some prefixes and reports whether there are more.
func (s *sub) sendTurn(p *publisher) bool {
	unlock := s.lockBoth()
	if s.closed || p.gone {
		unlock()
		return false
	}
	sent := 0
	s.wanted.Beyond(p.last, func(prefix []byte) bool { return s.sendNext(p, prefix, &sent) })
	if p.behind = sent > turnSize; !p.behind {
		p.last = nil
	}
	behind, wakes := p.behind, s.takeWakesLocked()
	unlock()
	for _, c := range wakes {
		c.Wake(false)
	}
	return behind
}

// disconnected removes a publisher: it is sent all subscriptions when it comes
// back.
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
