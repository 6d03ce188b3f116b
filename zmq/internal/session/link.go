package session

import (
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// link tells the pattern that peer is connected by way of e, and returns the Out
// that e is to empty.
func (c *Config) link(e *engine.Engine, peer *pipe.Peer, told wire.Metadata) (*pipe.Out, error) {
	in := c.Host.NewIn(e.Inbox())
	in.Peer = peer
	e.Inbox().Open(in)
	id, _ := told.Get(wire.PropertyIdentity)
	if err := c.Host.Connected(peer, in, id); err != nil {
		return nil, err
	}
	return peer.Out, nil
}

// newPeer makes a peer with a pipe towards it.
func (c *Config) newPeer(where string) *pipe.Peer {
	peer := &pipe.Peer{Out: c.Host.NewOut(), Endpoint: where}
	peer.Out.Peer = peer
	return peer
}
