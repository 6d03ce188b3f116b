package pattern

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// pair is RFC 31's PAIR: one peer; others are refused while it is there.
// Messages of a peer are received before any of the next peer.
type pair struct {
	dealer
	peer *pipe.Peer
}

// NewPair makes a PAIR socket.
func NewPair(c Config) *Socket {
	s := newSocket(wire.PAIR, c)
	s.behaviour = &pair{dealer: dealer{balanced{s}}}
	return s
}

func (p *pair) attach(peer *pipe.Peer) error {
	if p.peer != nil {
		return ErrSecondPeer
	}
	p.peer = peer
	return p.dealer.attach(peer)
}

// recv stays with the first peer until it has no more messages: all of them
// came before the next peer could connect.
func (p *pair) recv() (message.Msg, error) {
	p.receiveQueue.next = 0
	return p.receiveQueue.receive()
}

func (p *pair) recvMore(ms []message.Msg) int {
	p.receiveQueue.next = 0
	return p.receiveQueue.recvMore(ms)
}

func (p *pair) detach(peer *pipe.Peer) {
	if p.peer == peer {
		p.peer = nil
	}
	p.dealer.detach(peer)
}
