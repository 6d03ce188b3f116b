package pattern

import (
	"slices"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// roundRobin sends each message to the next peer that has room (RFC 30,
// "round-robin"). It is guarded by the socket's send lock.
type roundRobin struct {
	outs []*pipe.Out // those that have room, as far as is known
	next int
	// only is the one peer that there is, once a message was sent to it: the
	// next message is put there without further checks. It is nil if there is
	// no peer or several, and for types that choose a peer by other rules. A
	// PUB sets it, although it does not use turns, if its one subscriber wants
	// everything.
	only *pipe.Out
}

// send queues m for the next peer; ErrWouldBlock if none has room.
func (r *roundRobin) send(m message.Msg) (*pipe.Out, error) {
	out := r.pick()
	if out == nil {
		return nil, ErrWouldBlock
	}
	out.Put(m)
	if len(r.outs) == 1 {
		r.only = out
	}
	return out, nil
}

// pick returns the next peer that has room; nil if none has.
func (r *roundRobin) pick() *pipe.Out {
	for len(r.outs) > 0 {
		if r.next >= len(r.outs) {
			r.next = 0
		}
		out := r.outs[r.next]
		if !out.Full() {
			r.next++
			return out
		}
		r.remove(out)
	}
	return nil
}

// add makes out take part in the round robin, if it does not yet.
func (r *roundRobin) add(out *pipe.Out) {
	if out.Index < 0 {
		out.Index = len(r.outs)
		r.outs = append(r.outs, out)
		r.only = nil
	}
}

// remove takes out out of the round robin; the others keep their order.
func (r *roundRobin) remove(out *pipe.Out) {
	i := out.Index
	if i < 0 {
		return
	}
	r.outs = slices.Delete(r.outs, i, i+1)
	r.only = nil
	for ; i < len(r.outs); i++ {
		r.outs[i].Index = i
	}
	if out.Index < r.next {
		r.next--
	}
	out.Index = -1
}
