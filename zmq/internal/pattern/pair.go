package pattern

import (
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// pair is RFC 31's PAIR: one peer, and others are refused while it is there.
type pair struct {
	dealer
	peer *pipe.Peer
}

// NewPair makes a PAIR socket.
func NewPair(o Options) *Socket {
	s := newSocket(o)
	s.kind = &pair{dealer: dealer{balanced{s}}}
	return s
}

func (p *pair) attach(peer *pipe.Peer) error {
	if p.peer != nil {
		return ErrSecondPeer
	}
	p.peer = peer
	return p.dealer.attach(peer)
}

func (p *pair) detach(peer *pipe.Peer) {
	if p.peer == peer {
		p.peer = nil
	}
	p.dealer.detach(peer)
}
