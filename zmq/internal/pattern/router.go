package pattern

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// router is RFC 28's ROUTER: a received message begins with its sender's
// routing id, a sent one with its receiver's.
type router struct {
	*Socket
	peers  map[string]*pipe.Peer // under the send lock
	nextID uint32                // of peers without a name of their own
	arena  message.Arena         // under the receive lock
}

// NewRouter makes a ROUTER socket.
func NewRouter(c Config) *Socket {
	s := newSocket(wire.ROUTER, c)
	s.behaviour = &router{Socket: s, peers: map[string]*pipe.Peer{}, nextID: rand.Uint32()}
	return s
}

func (r *router) recv() (message.Msg, error) {
	m, in := r.receiveQueue.recv()
	if in == nil {
		return message.Msg{}, ErrWouldBlock
	}
	m.Prepend(in.Sender(), &r.arena)
	return m, nil
}

func (r *router) send(m message.Msg) (*pipe.Out, error) {
	if m.Len() < 2 {
		return nil, errNoAddress
	}
	p := r.peers[string(m.Bytes())]
	if p == nil {
		if r.options().RouterMandatory {
			return nil, unroutable(&m)
		}
		return nil, r.refuse(ErrUnroutable, DropUnroutable)
	}
	if p.Out.Full() {
		return nil, r.refuse(ErrWouldBlock, DropHighWater)
	}
	p.Out.PutFrom(1, m)
	return p.Out, nil
}

// refuse returns err with RouterMandatory, and otherwise counts a drop.
func (r *router) refuse(err error, reason DropReason) error {
	if r.options().RouterMandatory {
		return err
	}
	r.Drops.Add(reason, 1)
	return nil
}

func (r *router) attach(*pipe.Peer) error { return nil }

// connected gives the peer its routing id. A peer with the id of another one is
// refused; with RouterHandover it takes the other's id.
func (r *router) connected(p *pipe.Peer) error {
	if len(p.RoutingID) == 0 {
		p.RoutingID = r.makeID()
	}
	if old := r.peers[string(p.RoutingID)]; old != nil {
		if !r.options().RouterHandover {
			return ErrDuplicateID
		}
		r.handOver(old)
	}
	r.peers[string(p.RoutingID)] = p
	p.In.ID = p.RoutingID
	r.probeLocked(p)
	r.senders.WakeAll()
	r.canSend.raise()
	return nil
}

// handOver takes the routing id from a peer, gives it a made-up one, as libzmq
// does, and closes its connection. Messages that have come from it keep the id
// that they were sent under. Both locks are held, but the send lock is released
// for a moment: the source of an inproc peer's messages has a lock of the same
// kind.
func (r *router) handOver(old *pipe.Peer) {
	id := r.makeID()
	r.sendMu.Unlock()
	old.In.Rename(id)
	r.sendMu.Lock()
	old.RoutingID = id
	r.peers[string(id)] = old
	if old.HangUp != nil {
		old.HangUp()
	}
}

// makeID makes a routing id that no peer can choose: it starts with a zero
// byte.
func (r *router) makeID() []byte {
	r.nextID++
	return binary.BigEndian.AppendUint32([]byte{0}, r.nextID)
}

func (r *router) disconnected(p *pipe.Peer) {
	r.forgetLocked(p)
	r.detach(p)
}

func (r *router) detach(p *pipe.Peer) {
	if r.peers[string(p.RoutingID)] == p {
		delete(r.peers, string(p.RoutingID))
	}
	r.senders.WakeAll() // a sender that waits for room at p finds that p is gone
	r.canSend.raise()
}

// writable wakes all: each may wait for another peer.
func (r *router) writable(*pipe.Out) { r.senders.WakeAll() }
