package pattern

import (
	"runtime"
	"slices"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/subscription"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// fanOut is the part of a type that publishes: it knows its peers'
// subscriptions, and sends each peer a copy of what it has subscribed to.
type fanOut struct {
	*Socket
	index    subscription.Index[*pipe.Out] // under the send lock, as the other fields
	peers    map[*pipe.Out]*subscription.Peer[*pipe.Out]
	sweeping bool // a goroutine removes the subscriptions of peers that left
	page     message.SharedPage
}

func newFanOut(s *Socket) fanOut {
	return fanOut{Socket: s, peers: map[*pipe.Out]*subscription.Peer[*pipe.Out]{}}
}

// send queues m for all matching subscribers. A full subscriber misses it,
// which is counted (RFC 29: "SHALL silently drop"); with NoDrop no subscriber
// gets it yet. A single subscriber is woken like any peer, by the sender itself
// if its connection is idle. For several subscribers the dispatchers share the
// work.
func (f *fanOut) send(m message.Msg) (*pipe.Out, error) {
	outs := f.index.Match(m.Bytes())
	switch {
	case len(outs) == 0:
		f.Drops.Add(DropNoSubscriber, 1)
		return nil, nil
	case f.options().NoDrop && slices.ContainsFunc(outs, (*pipe.Out).Full):
		return nil, ErrWouldBlock
	case len(outs) > 1:
		f.sendCopies(outs, m)
		return nil, nil
	case outs[0].Full():
		f.Drops.Add(DropHighWater, 1)
		return nil, nil
	}
	outs[0].Put(m)
	if sole, ok := f.index.Sole(); ok {
		f.balance.only = sole // it wants the next one too
	}
	return outs[0], nil
}

// sendCopies queues m for several subscribers. It is framed once, unless it is
// so large that it is not copied anyway.
func (f *fanOut) sendCopies(outs []*pipe.Out, m message.Msg) {
	shared, ok := f.page.Frame(m)
	for _, out := range outs {
		if out.Full() {
			f.Drops.Add(DropHighWater, 1)
			continue
		}
		if ok {
			out.PutShared(&shared)
		} else {
			out.Put(m)
		}
		f.activatePostedLocked(out)
	}
}

func (f *fanOut) subscriptions() int { return f.index.Len() }

func (f *fanOut) attach(*pipe.Peer) error { return nil }

func (f *fanOut) connected(peer *pipe.Peer) error {
	f.peers[peer.Out] = f.index.Join(peer.Out)
	return nil
}

// disconnected removes the peer's subscriptions: the peer sends them again when
// it comes back.
func (f *fanOut) disconnected(peer *pipe.Peer) {
	f.forgetLocked(peer)
	f.detach(peer)
}

func (f *fanOut) detach(peer *pipe.Peer) {
	if who := f.peers[peer.Out]; who != nil {
		f.index.Leave(who)
		delete(f.peers, peer.Out)
		f.sweep()
	}
	f.fewer()
}

// fewer is called when subscriptions were removed. With NoDrop a sender may
// wait for a full subscriber that does not want the message any more.
func (f *fanOut) fewer() {
	f.balance.only = nil
	f.senders.WakeAll()
	f.canSend.raise()
}

// writable wakes all: with NoDrop each may wait for another subscriber.
func (f *fanOut) writable(*pipe.Out) { f.senders.WakeAll() }

// changeOf carries out a subscription that has come through in. It reports
// whether the prefix is the first of all subscribers, or was the last. The
// receive lock is held.
func (f *fanOut) changeOf(in *pipe.In, c wire.Subscription) (firstOrLast bool) {
	if len(c.Topic) > subscription.MaxPrefix {
		f.Drops.Add(DropUnexpected, 1)
		return false
	}
	f.sendMu.Lock()
	defer f.sendMu.Unlock()
	who := f.peers[in.Peer.Out]
	if who == nil || in.Peer.In != in { // no more messages are sent to the peer, or it has left
		return false
	}
	if c.Action == wire.Subscribe {
		added, first := f.index.Add(who, c.Topic)
		if added {
			f.balance.only = nil
		}
		return first
	}
	removed, last := f.index.Remove(who, c.Topic)
	if removed {
		f.fewer()
	}
	return last
}

// sweep removes the subscriptions of peers that left. If there are many, a
// goroutine removes the rest, so that no other goroutine waits for long.
func (f *fanOut) sweep() {
	if f.index.Sweep(turnSize, nil) && !f.sweeping {
		f.sweeping = true
		go f.sweepRest()
	}
}

// sweepRest holds the send lock for a turn at a time.
func (f *fanOut) sweepRest() {
	for f.sweepTurn() {
		runtime.Gosched()
	}
}

// sweepTurn reports whether there is more to do. The memory of a closed socket
// is collected as a whole.
func (f *fanOut) sweepTurn() bool {
	f.sendMu.Lock()
	defer f.sendMu.Unlock()
	f.sweeping = !f.closed && f.index.Sweep(turnSize, nil)
	return f.sweeping
}
