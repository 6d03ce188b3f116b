package pattern

import (
	"slices"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// A subscription travels upstream as a message of one frame: its first byte says
// what to do with the prefix behind it (RFC 29; ZMTP 3.1 has commands instead,
// which the engine translates).
const (
	unsubscribe = 0
	subscribe   = 1
)

// pub is RFC 29's PUB: a copy to every subscriber whose prefix matches, never
// waiting.
type pub struct {
	*Socket
	subscribers prefixes[[]*pipe.Out] // under the send lock
	peers       map[*pipe.Out][]string
	sent        uint64      // marks an Out that has been found for this message
	matched     []*pipe.Out // those found; reused
	page        message.Page
}

// NewPub makes a PUB socket.
func NewPub(o Options) *Socket {
	s := newSocket(o)
	s.kind = &pub{Socket: s, peers: map[*pipe.Out][]string{}}
	return s
}

// send queues m for all who want it. One that is full misses it, and that is
// counted (RFC 29: "SHALL silently drop"); with NoDrop nobody gets it yet. A
// single subscriber is woken as any peer is, by the sender itself if its path is
// idle; with several the dispatchers share the work.
func (p *pub) send(m message.Msg) (*pipe.Out, error) {
	outs := p.match(m.Bytes())
	switch {
	case len(outs) == 0:
		p.Drops.Add(DropNoSubscriber, 1)
		return nil, nil
	case p.opts.NoDrop && slices.ContainsFunc(outs, (*pipe.Out).Full):
		return nil, ErrWouldBlock
	case len(outs) > 1:
		p.fanOut(outs, m)
		return nil, nil
	case outs[0].Full():
		p.Drops.Add(DropHighWater, 1)
		return nil, nil
	}
	outs[0].Put(m)
	if p.subscribers.onlyEmpty() {
		p.turns.only = outs[0] // it wants the next one too
	}
	return outs[0], nil
}

// fanOut queues m for several subscribers. It is framed once, unless it is so
// large that nobody copies it anyway.
func (p *pub) fanOut(outs []*pipe.Out, m message.Msg) {
	shared, ok := p.page.Frame(m)
	for _, out := range outs {
		if out.Full() {
			p.Drops.Add(DropHighWater, 1)
			continue
		}
		if ok {
			out.PutShared(&shared)
		} else {
			out.Put(m)
		}
		handOn(out)
	}
}

// match finds the subscribers that want a topic, each once. The list is good
// until the next call.
func (p *pub) match(topic []byte) []*pipe.Out {
	if p.subscribers.onlyEmpty() {
		return p.subscribers.all
	}
	if len(p.subscribers.lengths) == 1 {
		if n := p.subscribers.lengths[0]; n <= len(topic) {
			return p.subscribers.values[string(topic[:n])]
		}
		return nil
	}
	p.sent++
	p.matched = p.matched[:0]
	p.subscribers.match(topic, func(outs []*pipe.Out) bool {
		for _, out := range outs {
			if out.Mark != p.sent {
				out.Mark = p.sent
				p.matched = append(p.matched, out)
			}
		}
		return true
	})
	return p.matched
}

// handOn puts out's consumer to work without doing any of it here.
func handOn(out *pipe.Out) {
	if woken := out.Wake(); woken != nil {
		woken.Kick(false)
	}
}

func (p *pub) recv() (message.Msg, error) { return message.Msg{}, ErrNotSupported }

func (p *pub) attach(peer *pipe.Peer) error {
	p.peers[peer.Out] = nil
	return nil
}

func (p *pub) connected(*pipe.Peer) error { return nil }

// disconnected forgets what the peer subscribed to: it says it again when it
// comes back.
func (p *pub) disconnected(peer *pipe.Peer) {
	for _, prefix := range p.peers[peer.Out] {
		p.remove(peer.Out, []byte(prefix))
	}
	p.peers[peer.Out] = nil
	p.Drops.Add(DropPeerGone, peer.Out.Discard())
	p.senders.WakeAll()
}

func (p *pub) detach(peer *pipe.Peer) { delete(p.peers, peer.Out) }

// writable wakes all: with NoDrop each may wait for another subscriber.
func (p *pub) writable(*pipe.Out) { p.senders.WakeAll() }

// readable takes subscriptions as they come: nobody calls Recv on a PUB.
func (p *pub) readable(in *pipe.In) {
	p.lockRecv()
	defer p.recvMu.Unlock()
	for m, ok := in.Next(); ok; m, ok = in.Next() {
		p.sendMu.Lock()
		p.upstream(in.Peer.Out, m.Bytes())
		p.sendMu.Unlock()
	}
}

// upstream carries out what a subscriber says.
func (p *pub) upstream(out *pipe.Out, body []byte) {
	if len(body) == 0 || body[0] > subscribe {
		p.Drops.Add(DropMalformed, 1)
		return
	}
	if _, ok := p.peers[out]; !ok {
		return // said before it left
	}
	prefix := body[1:]
	if body[0] == subscribe {
		p.add(out, prefix)
		return
	}
	if p.remove(out, prefix) {
		p.peers[out] = without(p.peers[out], string(prefix))
	}
}

func (p *pub) add(out *pipe.Out, prefix []byte) {
	outs, _ := p.subscribers.get(prefix)
	for _, o := range outs {
		if o == out {
			return
		}
	}
	p.turns.only = nil
	p.subscribers.put(prefix, append(outs, out))
	p.peers[out] = append(p.peers[out], string(prefix))
}

func (p *pub) remove(out *pipe.Out, prefix []byte) bool {
	outs, _ := p.subscribers.get(prefix)
	rest := without(outs, out)
	if len(rest) == len(outs) {
		return false
	}
	p.turns.only = nil
	if len(rest) == 0 {
		p.subscribers.remove(prefix)
	} else {
		p.subscribers.put(prefix, rest)
	}
	return true
}

// without returns list without v, in place: order is kept.
func without[T comparable](list []T, v T) []T {
	for i, x := range list {
		if x == v {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}
