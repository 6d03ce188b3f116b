// Package pattern decides which peer gets a message: round robin, fair queuing,
// fan-out, request state, routing ids, as RFCs 28 to 31 say. There is one file
// for each socket type, and one for each thing that several types share.
//
// # What both sides promise
//
// Any number of goroutines may use a [Socket]. Sessions and inproc report the
// events of each peer in this order: Attach once; then Connected and
// Disconnected in turn; Detach once. They may do so from any goroutine, but for
// one peer only from one at a time.
//
// One lock guards sending, another one receiving. The lock of a direction also
// guards a socket type's own state for that direction. Nothing here does I/O or
// waits with a lock held.
package pattern

import (
	"context"
	"errors"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// errStale is returned by a REQ's send that gives a request up, and by the send of
// a REQ or REP whose last message was put back: messages that must not be
// received any more have to be dropped before the next message is sent.
var errStale = errors.New("zmq: replies to a request that was given up")

// Config is what a socket's pattern is made with.
type Config struct {
	// Options are the socket's until SetOptions replaces them. Nil: the defaults.
	Options   *option.Resolved
	GatherMin int // see message.Batch.Append

	// Where returns what the socket is bound and connected to, for error texts.
	// It is called without locks. Nil: error texts do not say it.
	Where func() string
	// Pace is the context's. It distinguishes a stream of messages from single
	// ones. Nil: each message is a single one.
	Pace *pipe.Pace
	// WaitStrategy is how receivers wait; nil: they are parked.
	WaitStrategy pipe.WaitStrategy
	// Refuse returns why the caller of Send or Recv must not wait: it runs
	// where its wait would keep any message from coming. Nil: waiting is always
	// allowed.
	Refuse func() error
}

// wait waits until w is woken, or until ctx is done.
func (c *Config) wait(ctx context.Context, w *pipe.Waiter, lead bool) error {
	if c.WaitStrategy != nil {
		return c.WaitStrategy.Wait(ctx, w, lead) // it refuses by itself
	}
	if c.Refuse != nil {
		if err := c.Refuse(); err != nil {
			return err
		}
	}
	return w.Block(ctx)
}

// behaviour is what distinguishes the socket types. send, and the parts of the
// peer events that concern sending, run under the send lock; recv under the
// receive lock. [Socket] implements what only some types do, for the others.
type behaviour interface {
	// send queues m, which stays the caller's, and returns the Out to activate;
	// nil if there is none, or if send has activated it.
	send(m message.Msg) (*pipe.Out, error)
	// recv reads a message.
	recv() (message.Msg, error)
	// recvMore reads messages into ms as recv does, until ms is full or there are no
	// more, and returns their number. It may stop earlier.
	recvMore(ms []message.Msg) int
	// attach, connected, disconnected and detach hold both locks.
	attach(p *pipe.Peer) error
	connected(p *pipe.Peer) error
	disconnected(p *pipe.Peer)
	detach(p *pipe.Peer)
	// readable says that in has something to read; without locks.
	readable(in *pipe.In)
	// writable says that o has room again; under the send lock.
	writable(o *pipe.Out)
	// subscribe changes the socket's own subscriptions; under both locks.
	subscribe(c wire.Subscription)
	// subscriptions returns the number of subscriptions for Stats; under both
	// locks.
	subscriptions() int
	// eachSubscription visits the prefixes that the socket itself subscribes to,
	// until visit returns false; under both locks.
	eachSubscription(visit func(prefix []byte) bool)
	// dropStale drops the messages that must not be received after the next
	// message is sent; see errStale. The caller holds no lock.
	dropStale()
}

// send implements behaviour for types that do not send messages.
func (s *Socket) send(message.Msg) (*pipe.Out, error) { return nil, ErrNotSupported }

// recv implements behaviour for types that do not receive messages.
func (s *Socket) recv() (message.Msg, error) { return message.Msg{}, ErrNotSupported }

// recvMore implements behaviour for types that look at each message.
func (s *Socket) recvMore(ms []message.Msg) (n int) {
	for n < len(ms) {
		m, err := s.behaviour.recv()
		if err != nil {
			break
		}
		ms[n] = m
		n++
	}
	return n
}

// readable implements behaviour for types that receive messages.
func (s *Socket) readable(in *pipe.In) { s.receiveQueue.addReady(in) }

// subscribe implements behaviour for types without subscriptions of their own.
func (s *Socket) subscribe(wire.Subscription) {}

// eachSubscription implements behaviour for types without subscriptions of their
// own.
func (s *Socket) eachSubscription(func([]byte) bool) {}

// subscriptions implements behaviour for types without subscriptions.
func (s *Socket) subscriptions() int { return 0 }

// dropStale implements behaviour for types without replies that may come late.
func (s *Socket) dropStale() {
	s.lockRecv()
	s.dropPutBackLocked(DropUnexpected)
	s.recvMu.Unlock()
}
