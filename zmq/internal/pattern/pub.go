package pattern

import (
	"runtime"
	"slices"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/subscription"
)

// A subscription travels upstream as a message of one frame: its first byte
// says whether to add or to remove the prefix behind it (RFC 29). ZMTP 3.1 has
// commands for it, which the engine translates.
const (
	unsubscribe = 0
	subscribe   = 1
)

// pub is RFC 29's PUB: it sends a copy to every subscriber with a matching
// prefix, and never waits.
type pub struct {
	*Socket
	index    subscription.Index[*pipe.Out] // under the send lock, as the other fields
	peers    map[*pipe.Out]*subscription.Peer[*pipe.Out]
	sweeping bool // a goroutine removes the subscriptions of peers that left
	page     message.SharedPage
}

// NewPub makes a PUB socket.
func NewPub(o Options) *Socket {
	s := newSocket("PUB", o)
	s.behaviour = &pub{Socket: s, peers: map[*pipe.Out]*subscription.Peer[*pipe.Out]{}}
	return s
}

// send queues m for all matching subscribers. A full subscriber misses it,
// which is counted (RFC 29: "SHALL silently drop"); with NoDrop no subscriber
// gets it yet. A single subscriber is woken like any peer, by the sender itself
// if its connection is idle. For several subscribers the dispatchers share the
// work.
func (p *pub) send(m message.Msg) (*pipe.Out, error) {
	outs := p.index.Match(m.Bytes())
	switch {
	case len(outs) == 0:
		p.Drops.Add(DropNoSubscriber, 1)
		return nil, nil
	case p.options().NoDrop && slices.ContainsFunc(outs, (*pipe.Out).Full):
		return nil, ErrWouldBlock
	case len(outs) > 1:
		p.fanOut(outs, m)
		return nil, nil
	case outs[0].Full():
		p.Drops.Add(DropHighWater, 1)
		return nil, nil
	}
	outs[0].Put(m)
	if sole, ok := p.index.Sole(); ok {
		p.balance.only = sole // it wants the next one too
	}
	return outs[0], nil
}

// fanOut queues m for several subscribers. It is framed once, unless it is so
// large that it is not copied anyway.
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
		wakePosted(out)
	}
}

// wakePosted activates out's consumer, which does its work on its dispatcher.
func wakePosted(out *pipe.Out) {
	if woken := out.Activate(); woken != nil {
		woken.Wake(false)
	}
}

func (p *pub) recv() (message.Msg, error) { return message.Msg{}, errRecvOnPub }

func (p *pub) attach(*pipe.Peer) error { return nil }

func (p *pub) connected(peer *pipe.Peer) error {
	p.peers[peer.Out] = p.index.Join(peer.Out)
	return nil
}

// disconnected removes the peer's subscriptions: the peer sends them again when
// it comes back.
func (p *pub) disconnected(peer *pipe.Peer) {
	p.forgetLocked(peer)
	p.detach(peer)
}

func (p *pub) detach(peer *pipe.Peer) {
	if who := p.peers[peer.Out]; who != nil {
		p.index.Leave(who)
		delete(p.peers, peer.Out)
		p.sweep()
	}
	p.fewer()
}

// fewer is called when subscriptions were removed. With NoDrop a sender may
// wait for a full subscriber that does not want the message any more.
func (p *pub) fewer() {
	p.balance.only = nil
	p.senders.WakeAll()
	p.canSend.raise()
}

// writable wakes all: with NoDrop each may wait for another subscriber.
func (p *pub) writable(*pipe.Out) { p.senders.WakeAll() }

// readable takes subscriptions as they come: a PUB has no Recv that would do
// it.
func (p *pub) readable(in *pipe.In) {
	p.inTurns(func() bool { return p.take(in) })
}

// take carries out one message of a subscriber; it returns false if there is
// none.
func (p *pub) take(in *pipe.In) bool {
	m, ok := in.Next()
	if !ok {
		return false
	}
	p.sendMu.Lock()
	if in.Peer.In == in { // otherwise it was sent before the peer left
		p.upstream(in.Peer.Out, m.Bytes())
	}
	p.sendMu.Unlock()
	m.Release()
	return true
}

// upstream carries out one message of a subscriber.
func (p *pub) upstream(out *pipe.Out, body []byte) {
	if len(body) == 0 || body[0] > subscribe || len(body)-1 > subscription.MaxPrefix {
		p.Drops.Add(DropOutOfTurn, 1)
		return
	}
	who, prefix := p.peers[out], body[1:]
	if who == nil { // no more messages are sent to the peer
		return
	}
	if body[0] == subscribe {
		if added, _ := p.index.Add(who, prefix); added {
			p.balance.only = nil
		}
	} else if removed, _ := p.index.Remove(who, prefix); removed {
		p.fewer()
	}
}

// sweep removes the subscriptions of peers that left. If there are many, a
// goroutine removes the rest, so that no other goroutine waits for long.
func (p *pub) sweep() {
	if p.index.Sweep(turnSize, nil) && !p.sweeping {
		p.sweeping = true
		go p.sweepRest()
	}
}

// sweepRest holds the send lock for a turn at a time.
func (p *pub) sweepRest() {
	for p.sweepTurn() {
		runtime.Gosched()
	}
}

// sweepTurn reports whether there is more to do. The memory of a closed socket
// is collected as a whole.
func (p *pub) sweepTurn() bool {
	p.sendMu.Lock()
	defer p.sendMu.Unlock()
	p.sweeping = !p.closed && p.index.Sweep(turnSize, nil)
	return p.sweeping
}
