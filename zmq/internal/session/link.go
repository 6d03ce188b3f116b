package session

import (
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// link connects the pattern to peer through e, and returns the Out that e sends
// from.
func (c *Config) link(e engine.Engine, peer *pipe.Peer, metadata wire.Metadata) (*pipe.Out, error) {
	in := c.Host.NewIn(e.Inbox())
	in.Peer = peer
	e.Inbox().Open(in)
	id, _ := metadata.Get(wire.PropertyIdentity)
	if err := c.Host.Connected(peer, in, id); err != nil {
		return nil, err
	}
	c.Host.LimitRecv(peer)
	return peer.Out, nil
}

// newPeer makes a peer with a pipe towards it.
func (c *Config) newPeer(where string) *pipe.Peer {
	peer := &pipe.Peer{Out: c.Host.NewOut(), Endpoint: where, Immediate: c.Engine.Immediate}
	peer.Out.Peer = peer
	return peer
}
