package pattern

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// rep is RFC 28's REP: one request, then its one reply, in turn. The request's
// envelope, its frames up to and including the empty one, is kept and sent
// before the reply.
type rep struct {
	receiveOnly // a reply goes to the peer of its request
	*Socket
	asker    *pipe.Out // the receiver of the reply; nil when the next request is awaited
	lost     bool      // the asker has disconnected
	envelope message.Envelope
}

// NewRep makes a REP socket.
func NewRep(c Config) *Socket {
	s := newSocket(wire.REP, c)
	s.behaviour = &rep{Socket: s}
	return s
}

// recv takes the next request. It takes the send lock to read and change the
// state: the receive lock comes first in the order of locks.
func (r *rep) recv() (message.Msg, error) {
	r.sendMu.Lock()
	defer r.sendMu.Unlock()
	if r.asker != nil {
		return message.Msg{}, errRepAgain
	}
	for range turnSize {
		r.sendMu.Unlock() // recv may take the lock of an inproc peer: never two send locks at once
		m, in := r.receiveQueue.recv()
		r.sendMu.Lock()
		if in == nil {
			return message.Msg{}, ErrWouldBlock
		}
		if r.open(&m) {
			r.asker, r.lost = in.Peer.Out, in.Peer.In != in
			r.canSend.raise()
			return m, nil
		}
		m.Release()
		r.Drops.Add(DropMalformed, 1)
	}
	return message.Msg{}, errTurn
}

// open moves the envelope of a request out of m; it returns false if there is
// none, or nothing behind it.
func (r *rep) open(m *message.Msg) bool {
	r.envelope.Reset()
	for m.Len() > 1 {
		frame := m.Bytes()
		r.envelope.Add(frame)
		m.DropFirst()
		if len(frame) == 0 {
			return true
		}
	}
	return false
}

func (r *rep) send(m message.Msg) (*pipe.Out, error) {
	out := r.asker
	if out == nil {
		return nil, errRepFirst
	}
	if r.hasPutBack.Load() {
		return nil, errStale
	}
	r.asker = nil
	if r.lost {
		r.Drops.Add(DropPeerGone, 1)
		return nil, nil
	}
	// A REP never waits (RFC 28, "SHALL NOT block"). The previous reply may
	// still count as being written although the peer has it and asks again:
	// that must not make this reply drop.
	if out.QueueFull() {
		r.Drops.Add(DropHighWater, 1)
		return nil, nil
	}
	out.PutBehind(&r.envelope, m)
	return out, nil
}

// disconnected keeps a reply from reaching the next peer that connects.
func (r *rep) disconnected(p *pipe.Peer) {
	r.forgetLocked(p)
	r.detach(p)
}

func (r *rep) detach(p *pipe.Peer) {
	if r.asker == p.Out {
		r.lost = true
	}
}
