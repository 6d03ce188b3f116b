package pattern

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// router is RFC 28's ROUTER: what comes in is prefixed with its sender's routing
// id, what goes out is addressed by it.
type router struct {
	*Socket
	peers  map[string]*pipe.Peer // under the send lock
	nextID uint32                // of peers that do not name themselves
	arena  message.Arena         // under the receive lock
}

// NewRouter makes a ROUTER socket.
func NewRouter(o Options) *Socket {
	s := newSocket("ROUTER", o)
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
		if r.opts.RouterMandatory {
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

// refuse fails with ROUTER_MANDATORY, and drops without.
func (r *router) refuse(err error, reason DropReason) error {
	if r.opts.RouterMandatory {
		return err
	}
	r.Drops.Add(reason, 1)
	return nil
}

func (r *router) attach(*pipe.Peer) error { return nil }

// connected gives the peer its routing id. One that calls itself as another does
// is refused, or with RouterHandover takes its place.
func (r *router) connected(p *pipe.Peer) error {
	if len(p.RoutingID) == 0 {
		p.RoutingID = r.makeID()
	}
	if old := r.peers[string(p.RoutingID)]; old != nil {
		if !r.opts.RouterHandover {
			return ErrDuplicateID
		}
		r.handOver(old)
	}
	r.peers[string(p.RoutingID)] = p
	p.In.ID = p.RoutingID
	r.probe(p)
	r.senders.WakeAll()
	r.canSend.raise()
	return nil
}

// handOver takes the routing id from a peer, which gets one that is made up, as
// libzmq does, and is hung up on. Messages that have come from it keep the id that
// they were sent under. Both locks are held, but not the send lock meanwhile: the
// source of an inproc peer's messages has one of the same kind.
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

// makeID makes a routing id that no peer can choose: it starts with a zero byte.
func (r *router) makeID() []byte {
	r.nextID++
	return binary.BigEndian.AppendUint32([]byte{0}, r.nextID)
}

func (r *router) disconnected(p *pipe.Peer) {
	r.forget(p)
	r.detach(p)
}

func (r *router) detach(p *pipe.Peer) {
	if r.peers[string(p.RoutingID)] == p {
		delete(r.peers, string(p.RoutingID))
	}
	r.senders.WakeAll() // who waits for room at p is told that it is gone
	r.canSend.raise()
}

// writable wakes all: each may wait for another peer.
func (r *router) writable(*pipe.Out) { r.senders.WakeAll() }
