// Package pattern decides who gets a message: round robin, fair queueing,
// fan-out, request state, routing ids, as RFCs 28 to 31 say. There is one file
// for each socket type, and one for each thing that several of them share.
//
// # What both sides promise
//
// A [Socket] is used by any number of goroutines. Sessions and inproc tell it of
// peers, each in this order: Attach once; then Connected and Disconnected in
// turn; Detach once. They may come from any goroutine, but for one peer they
// come one after the other.
//
// Sending is guarded by one lock, receiving by another; a socket type's own
// state is under the lock of the direction that it belongs to. Nothing here does
// I/O or waits with a lock held.
package pattern

import (
	"context"
	"errors"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// errStale is what send of a REQ returns that gives a request up, and send of a REQ or
// REP whose last message was put back: what must not be received any more has to be
// dropped before the next message is sent.
var errStale = errors.New("zmq: replies to a request that was given up")

// Options are what patterns need to know.
type Options struct {
	SendLimits, RecvLimits pipe.Limits
	GatherMin              int  // see message.Batch.Append
	RouterMandatory        bool // unroutable messages fail instead of being dropped
	RouterHandover         bool // a ROUTER's peer takes the place of another of its id
	ProbeRouter            bool // each peer that comes is sent an empty message
	NoDrop                 bool // a publisher waits for full subscribers
	Immediate              bool // peers that are not connected get no messages
	ReqRelaxed             bool // a REQ may send again before it has a reply
	ReqCorrelate           bool // a REQ numbers its requests, and expects the number back

	SendTimeout, RecvTimeout time.Duration // of calls that wait; zero is none

	// Where says, for the text of an error, what the socket is bound and connected to.
	// It is called without locks; nil: nothing is said.
	Where func() string
	// Pace is the context's, which tells a stream of messages from one on its own;
	// nil: each is on its own.
	Pace *pipe.Pace
	// Helper waits for messages in the receivers' stead; nil: they just wait.
	WaitStrategy pipe.WaitStrategy
	// Refuse says why the caller of Send or Recv must not wait, if it is where nothing
	// can come to meanwhile; nil: it may always.
	Refuse func() error
}

// wait waits for the turn of w, or until ctx is done.
func (o *Options) wait(ctx context.Context, w *pipe.Waiter, lead bool) error {
	if o.Refuse != nil {
		if err := o.Refuse(); err != nil {
			return err
		}
	}
	if o.WaitStrategy == nil {
		return w.Wait(ctx)
	}
	return o.WaitStrategy.Wait(ctx, w, lead)
}

// behaviour is what distinguishes the socket types. send, and the peer events'
// part that concerns sending, run under the send lock; recv under the receive
// lock.
type behaviour interface {
	// send queues m, which stays the caller's, and returns the Out to wake up;
	// nil if there is none, or if send has done it.
	send(m message.Msg) (*pipe.Out, error)
	// recv reads a message.
	recv() (message.Msg, error)
	// attach, connected, disconnected and detach hold both locks.
	attach(p *pipe.Peer) error
	connected(p *pipe.Peer) error
	disconnected(p *pipe.Peer)
	detach(p *pipe.Peer)
	// readable says that in has something; without locks.
	readable(in *pipe.In)
	// writable says that p's Out has room again; under the send lock.
	writable(o *pipe.Out)
}
