package pattern

import (
	"bytes"
	"runtime"
	"slices"

	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/subscription"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// subscriber is the part of a type that subscribes: it has subscriptions, and
// sends them to every publisher.
type subscriber struct {
	*Socket
	wanted subscription.Set // under both locks to write
	peers  []*publisher     // the connected ones; under both locks
}

// publisher is a peer of a subscriber. If there are many prefixes it is sent a
// part of them at a time, in ascending order, so that no goroutine waits long
// for a lock.
type publisher struct {
	*pipe.Peer
	behind bool   // the prefixes beyond last were not sent yet
	last   []byte // the last prefix that was sent, while the publisher is behind
	gone   bool
}

// Subscribe asks all publishers, also later ones, for the messages that start
// with prefix. Subscriptions are counted: each needs its own Unsubscribe.
func (s *Socket) Subscribe(prefix []byte) error { return s.change(wire.Subscribe, prefix) }

// Unsubscribe takes one subscription back.
func (s *Socket) Unsubscribe(prefix []byte) error { return s.change(wire.Cancel, prefix) }

func (s *Socket) change(what wire.Action, prefix []byte) error {
	switch {
	case s == nil:
		panic(ZeroSocket)
	case !s.typ.Sends(wire.Subscriptions):
		return s.noSubscriptions(what)
	case len(prefix) > subscription.MaxPrefix:
		return s.longPrefix(what, len(prefix))
	}
	unlock := s.lockBoth()
	if s.closed {
		unlock()
		return s.isClosed(subscriptionCall(what))
	}
	s.behaviour.subscribe(wire.Subscription{Action: what, Topic: prefix})
	wakes := s.takeWakesLocked()
	unlock()
	for _, c := range wakes {
		c.Wake(false) // subscriptions come in bursts: a write for each costs more than a dispatcher's turn
	}
	return nil
}

// subscribe counts a subscription up or down, and passes the first and the last
// one for a prefix to the publishers.
func (s *subscriber) subscribe(c wire.Subscription) {
	if !s.count(c) {
		return
	}
	for _, p := range s.peers {
		if !p.behind || bytes.Compare(c.Topic, p.last) <= 0 {
			s.queue(p, c)
		}
	}
}

// count counts a subscription up or down and reports whether the publishers
// must be notified.
func (s *subscriber) count(c wire.Subscription) bool {
	if c.Action == wire.Subscribe {
		return s.wanted.Add(c.Topic)
	}
	return s.wanted.Remove(c.Topic)
}

// queue queues a subscription for p.
func (s *subscriber) queue(p *publisher, c wire.Subscription) {
	p.Out.PutSubscription(c)
	if woken := p.Out.Activate(); woken != nil {
		s.toWake = append(s.toWake, woken)
	}
}

func (s *subscriber) subscriptions() int { return s.wanted.Len() }

func (s *subscriber) eachSubscription(visit func([]byte) bool) { s.wanted.All(visit) }

func (s *subscriber) attach(*pipe.Peer) error { return nil }

// connected sends a publisher all subscriptions. If there are many, a goroutine
// sends the rest.
func (s *subscriber) connected(peer *pipe.Peer) error {
	if p := s.newPublisher(peer); p.behind {
		go s.sendRest(p)
	}
	return nil
}

// newPublisher adds a publisher and sends it the first prefixes.
func (s *subscriber) newPublisher(peer *pipe.Peer) *publisher {
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
func (s *subscriber) sendNext(p *publisher, prefix []byte, sent *int) bool {
	if *sent++; *sent > turnSize {
		return false
	}
	s.queue(p, wire.Subscription{Action: wire.Subscribe, Topic: prefix})
	p.last = append(p.last[:0], prefix...)
	return true
}

// sendRest sends p all remaining prefixes. It holds the locks for a turn at a
// time.
func (s *subscriber) sendRest(p *publisher) {
	for s.sendTurn(p) {
		runtime.Gosched()
	}
}

// sendTurn sends p some prefixes and reports whether there are more.
func (s *subscriber) sendTurn(p *publisher) bool {
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
// back. Messages that are queued for it stay.
func (s *subscriber) disconnected(p *pipe.Peer) {
	s.detach(p)
	p.Out.DiscardSubscriptions()
}

func (s *subscriber) detach(peer *pipe.Peer) {
	s.peers = slices.DeleteFunc(s.peers, func(p *publisher) bool {
		p.gone = p.gone || p.Peer == peer
		return p.gone
	})
}

func (s *subscriber) writable(*pipe.Out) {}
