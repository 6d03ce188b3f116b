package pattern

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// req is RFC 28's REQ: one request, then its one reply, in turn.
type req struct {
	balanced
	// asked is the peer that has the request: a reply from any other peer is
	// dropped. It is nil when the next request may be sent. Under the send
	// lock, like the rest.
	asked    *pipe.Peer
	id       uint32 // of the request, with ReqCorrelate
	envelope message.Envelope
	// correlated says that the request was sent with ReqCorrelate, which may have
	// been changed since.
	correlated bool
}

// delimiter is the empty frame before a request.
var delimiter = func() (e message.Envelope) { e.Add(nil); return e }()

// NewReq makes a REQ socket.
func NewReq(c Config) *Socket {
	s := newSocket(wire.REQ, c)
	s.behaviour = &req{balanced: balanced{s}, id: rand.Uint32()}
	return s
}

func (r *req) send(m message.Msg) (*pipe.Out, error) {
	o := r.options()
	if r.asked != nil && !o.ReqRelaxed {
		return nil, errReqAgain
	}
	if r.hasPutBack.Load() {
		return nil, errStale
	}
	if r.asked != nil && !o.ReqCorrelate {
		r.asked = nil
		return nil, errStale
	}
	out := r.balance.pick()
	if out == nil {
		return nil, ErrWouldBlock
	}
	r.correlated = o.ReqCorrelate
	out.PutBehind(r.newEnvelope(), m)
	r.asked = out.Peer
	return out, nil
}

// newEnvelope returns the envelope of the next request: the empty frame, or
// with ReqCorrelate an id of four bytes, which the reply must have too, and the
// empty frame, as libzmq does it.
func (r *req) newEnvelope() *message.Envelope {
	if !r.correlated {
		return &delimiter
	}
	r.id++
	var id [4]byte
	binary.BigEndian.PutUint32(id[:], r.id)
	r.envelope.Reset()
	r.envelope.Add(id[:])
	r.envelope.Add(nil)
	return &r.envelope
}

// dropStale also drops the replies that have come to a request that was given
// up, so that none of them is taken for the reply to the next one.
func (r *req) dropStale() {
	r.Socket.dropStale()
	r.inTurns(r.drop)
}

// drop drops one reply; it returns false if there is none.
func (r *req) drop() bool {
	m, in := r.receiveQueue.recv()
	if in == nil {
		return false
	}
	m.Release()
	r.Drops.Add(DropUnexpected, 1)
	return true
}

// recv takes the reply. It takes the send lock only to read and change the
// state: the receive lock comes first in the order of locks.
func (r *req) recv() (message.Msg, error) {
	if r.idle() {
		return message.Msg{}, errReqFirst
	}
	for range turnSize {
		m, in := r.receiveQueue.recv()
		if in == nil {
			return message.Msg{}, ErrWouldBlock
		}
		if drop, why := r.accept(&m, in.Peer); drop {
			m.Release()
			r.Drops.Add(why, 1)
			continue
		}
		r.canSend.raise()
		return m, nil
	}
	return message.Msg{}, errTurn
}

func (r *req) idle() bool {
	r.sendMu.Lock()
	defer r.sendMu.Unlock()
	return r.asked == nil
}

// accept opens the reply to the request and clears asked; or it reports that m,
// from that peer, is not the reply, and why. With ReqRelaxed another request
// may have been sent since the last look.
func (r *req) accept(m *message.Msg, from *pipe.Peer) (drop bool, why DropReason) {
	r.sendMu.Lock()
	defer r.sendMu.Unlock()
	if from != r.asked {
		return true, DropUnexpected
	}
	if r.correlated {
		if id := m.Bytes(); len(id) != 4 || m.Len() < 3 {
			return true, DropMalformed
		} else if binary.BigEndian.Uint32(id) != r.id {
			return true, DropUnexpected
		}
		m.DropFirst()
	}
	if m.Len() < 2 || len(m.Bytes()) != 0 {
		return true, DropMalformed
	}
	m.DropFirst()
	r.asked = nil
	r.senders.WakeOne()
	return false, 0
}
