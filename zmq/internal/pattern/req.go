package pattern

import (
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// req is RFC 28's REQ: one request, then its one reply, in turn.
type req struct {
	balanced
	// asked is who has the request: a reply from anybody else is dropped; nil
	// when it is the socket's turn to ask. Read and written with either lock
	// held: see ask and recv.
	asked *pipe.Peer
}

// delimiter is the empty frame that a request goes out behind.
var delimiter = func() (e message.Envelope) { e.Add(nil); return e }()

// NewReq makes a REQ socket.
func NewReq(o Options) *Socket {
	s := newSocket(o)
	s.kind = &req{balanced: balanced{s}}
	return s
}

func (r *req) send(m message.Msg) (*pipe.Out, error) {
	if r.asked != nil {
		return nil, ErrState
	}
	out := r.turns.next()
	if out == nil {
		return nil, ErrWouldBlock
	}
	out.PutBehind(&delimiter, m)
	r.asked = out.Peer
	return out, nil
}

// recv takes the reply. The send lock is held only to look at the state and to
// change it: the receive lock comes first in the order of locks.
func (r *req) recv() (message.Msg, error) {
	asked := r.state()
	if asked == nil {
		return message.Msg{}, ErrState
	}
	for {
		m, in := r.arrived.recv()
		if in == nil {
			return m, ErrWouldBlock
		}
		if in.Peer != asked {
			r.Drops.Add(DropOutOfTurn, 1)
			continue
		}
		if m.Len() < 2 || len(m.Bytes()) != 0 {
			r.Drops.Add(DropMalformed, 1)
			continue
		}
		m.DropFirst()
		r.done()
		return m, nil
	}
}

func (r *req) state() *pipe.Peer {
	r.sendMu.Lock()
	defer r.sendMu.Unlock()
	return r.asked
}

func (r *req) done() {
	r.sendMu.Lock()
	r.asked = nil
	r.senders.WakeOne()
	r.sendMu.Unlock()
	r.canSend.raise()
}
