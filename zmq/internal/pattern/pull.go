package pattern

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// pull is RFC 30's PULL: fair queueing from all peers.
type pull struct {
	receiveOnly
	*Socket
}

// NewPull makes a PULL socket.
func NewPull(c Config) *Socket {
	s := newSocket(wire.PULL, c)
	s.behaviour = &pull{Socket: s}
	return s
}

func (p *pull) recv() (message.Msg, error) { return p.receiveQueue.receive() }

func (p *pull) recvMore(ms []message.Msg) int { return p.receiveQueue.recvMore(ms) }

// receiveOnly is the sending half of a type that does not choose a peer to send
// to.
type receiveOnly struct{}

func (receiveOnly) attach(*pipe.Peer) error    { return nil }
func (receiveOnly) connected(*pipe.Peer) error { return nil }
func (receiveOnly) disconnected(*pipe.Peer)    {}
func (receiveOnly) detach(*pipe.Peer)          {}
func (receiveOnly) writable(*pipe.Out)         {}
