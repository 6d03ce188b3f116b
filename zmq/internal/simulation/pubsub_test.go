package simulation

import (
	"errors"
	"strings"

	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// pubSub is a run of PUB and SUB sockets: any number, any side binds, and
// subscriptions change.
//
// What must hold: a subscriber receives only messages that it has subscribed to,
// none twice or changed; one connection keeps the order; high-water marks hold;
// the messages that a publisher has sent and dropped add up. When the network is
// calm again a message reaches each of its subscribers, or is counted as dropped.
type pubSub struct {
	*simulation
	publishers    []*core.Socket
	subscribers   []*subscriber
	sentBy        []int // by publisher
	notSubscribed int   // messages that subscribers which are closed have dropped
	matched       int   // messages given to publishers, counted for each subscriber that wants them
	unwanted      int   // those that no subscriber wants
}

// subscriber is a SUB socket.
type subscriber struct {
	*core.Socket
	id     int
	wanted []string // prefixes, sorted as they were subscribed to
	got    []order  // by publisher
}

func (s *subscriber) wants(topic string) bool {
	for _, prefix := range s.wanted {
		if strings.HasPrefix(topic, prefix) {
			return true
		}
	}
	return false
}

func simPubSub(w *simulation) {
	p := &pubSub{simulation: w}
	p.open()
	for !w.oneIn(100) { // some publish before a subscriber is connected, most do not
		w.turn()
	}
	restarts := w.oneIn(4)
	for enough := 50 + w.rng.IntN(300); w.sent < enough; {
		p.step()
		if w.oneIn(150) {
			p.change(pick(w, p.subscribers...))
		}
		if restarts && w.oneIn(300) {
			p.restart(pick(w, p.subscribers...))
		}
	}
	w.calm(p.recvAll)
	p.account()
	p.afterwards()
	for _, s := range p.publishers {
		w.Close(s, 0)
	}
	for _, s := range p.subscribers {
		w.Close(s.Socket, 0)
	}
}

func (p *pubSub) open() {
	var subscribing []*core.Socket
	for range 1 + p.rng.IntN(2) {
		o := p.options()
		o.SendHWM = pick(p.simulation, 1, 3, 10, 100) // a publisher does not wait for room
		p.publishers = append(p.publishers, p.Socket(wire.PUB, o))
	}
	p.sentBy = make([]int, len(p.publishers))
	for i := range 1 + p.rng.IntN(3) {
		o := p.options()
		s := &subscriber{id: i, got: make([]order, len(p.publishers))}
		if p.oneIn(2) {
			o.Subscribe = []string{p.prefix()}
			s.wanted = append(s.wanted, o.Subscribe...)
		}
		s.Socket = p.Socket(wire.SUB, o)
		p.subscribers, subscribing = append(p.subscribers, s), append(subscribing, s.Socket)
	}
	if p.oneIn(2) {
		p.join(p.publishers, subscribing)
	} else {
		p.join(subscribing, p.publishers)
	}
}

func (p *pubSub) prefix() string { return pick(p.simulation, "", "a", "b", "ab", "bb", "never") }

// change subscribes or unsubscribes.
func (p *pubSub) change(s *subscriber) {
	if n := len(s.wanted); n > 0 && p.oneIn(2) {
		i := p.rng.IntN(n)
		p.Check(s.Unsubscribe(s.wanted[i]))
		s.wanted = append(s.wanted[:i], s.wanted[i+1:]...)
		return
	}
	prefix := p.prefix()
	p.Check(s.Subscribe(prefix))
	s.wanted = append(s.wanted, prefix)
}

// restart closes a subscriber, which subscribes to the same again.
func (p *pubSub) restart(s *subscriber) {
	o := s.Options()
	o.Subscribe = s.wanted
	p.notSubscribed += int(s.Stats().Unwanted)
	s.Socket = p.againWith(s.Socket, 0, o)
}

func (p *pubSub) step() {
	switch p.rng.IntN(16) {
	case 0:
		p.publish(p.rng.IntN(len(p.publishers)), 1+p.rng.IntN(5))
	case 1, 2, 3:
		p.recv(pick(p.simulation, p.subscribers...), 1+p.rng.IntN(20))
	default:
		p.turn()
	}
}

func (p *pubSub) publish(i, n int) {
	for range n {
		m := p.message(i, p.sentBy[i])
		topic := string(m.Bytes()[:2])
		p.Check(p.publishers[i].TrySend(m))
		p.sentBy[i]++
		p.sent++
		p.marks(p.publishers[i])
		before := p.matched
		for _, s := range p.subscribers {
			if s.wants(topic) {
				p.matched++
			}
		}
		if p.matched == before {
			p.unwanted++
		}
	}
}

func (p *pubSub) recv(s *subscriber, n int) {
	for range n {
		m, err := s.TryRecv()
		if errors.Is(err, pattern.ErrWouldBlock) {
			return
		}
		p.Check(err)
		from, number := p.read(m)
		if topic := string(m.Bytes()[:2]); !s.wants(topic) {
			p.Fail("subscriber %d received %q and has subscribed to %q", s.id, topic, s.wanted)
		}
		runs, fresh := s.got[from].add(number)
		if !fresh {
			p.Fail("subscriber %d received message %d of publisher %d twice", s.id, number, from)
		}
		if runs > 1+p.broken() {
			p.Fail("subscriber %d received message %d of publisher %d out of order: %d runs %d connections broken", s.id, number, from, runs, p.broken())
		}
		p.received++
		m.Release()
	}
}

func (p *pubSub) recvAll() {
	for _, s := range p.subscribers {
		p.recv(s, 1<<30)
	}
}

// account compares the counters with the messages: what has left a publisher was
// received, or dropped by a subscriber that had unsubscribed.
func (p *pubSub) account() {
	left, came := 0, p.received+p.notSubscribed
	for _, s := range p.publishers {
		left += int(s.Stats().Sent.Msgs)
		p.dropped += drops(s, pattern.DropHighWater) + int(s.Stats().Unwanted) + drops(s, pattern.DropPeerGone)
	}
	for _, s := range p.subscribers {
		came += int(s.Stats().Unwanted)
	}
	if left < came || (left > came && p.broken() == 0) {
		p.Fail("publishers say that %d messages have left, subscribers had %d; %d connections were broken", left, came, p.broken())
	}
	// A subscriber that comes back before it is known to have gone counts twice.
	if n := left + p.dropped; n < p.sent || (n > p.sent && len(p.subscribers) == 1 && p.broken() == 0) {
		p.Fail("%d messages given to publishers, %d left and %d were dropped", p.sent, left, p.dropped)
	}
}

// afterwards publishes on a calm network to subscriptions that do not change.
func (p *pubSub) afterwards() {
	highWater, noSubscriber := p.counts()
	received := p.received
	p.matched, p.unwanted = 0, 0
	for enough := p.sent + 10 + p.rng.IntN(20); p.sent < enough; {
		p.step()
	}
	p.settle(p.recvAll)
	h, n := p.counts()
	if got := p.received - received + h - highWater; got != p.matched {
		p.Fail("on a calm network %d deliveries were due, %d were made or counted as dropped", p.matched, got)
	}
	if n-noSubscriber != p.unwanted {
		p.Fail("no subscriber wanted %d messages, %d were counted", p.unwanted, n-noSubscriber)
	}
}

func (p *pubSub) counts() (highWater, noSubscriber int) {
	for _, s := range p.publishers {
		highWater += drops(s, pattern.DropHighWater)
		noSubscriber += int(s.Stats().Unwanted)
	}
	return highWater, noSubscriber
}
