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
	// only is the one peer that there is, once it has been sent to: the next
	// message is put there with no more questions. Nil if there is none or several,
	// and for types that choose a peer for other reasons too. A PUB sets it, which
	// has no turns, if its one subscriber wants everything.
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

// next finds the peer whose turn it is; nil if none has room.
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

// add lets out take part, if it does not yet.
func (r *roundRobin) add(out *pipe.Out) {
	if out.Index < 0 {
		out.Index = len(r.outs)
		r.outs = append(r.outs, out)
		r.only = nil
	}
}

// remove takes out out of the turns; the others keep their order.
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
