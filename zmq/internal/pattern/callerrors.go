package pattern

import (
	"context"
	"fmt"
	"sync"

	"github.com/actum-go/actum/zmq/internal/subscription"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// ZeroSocket is the panic of a method of a Socket that was not made by
// NewSocket.
const ZeroSocket = "zmq: use of a Socket that NewSocket did not make: a zero Socket is of no use"

// callErrors are frequent errors of calls on sockets of one type. They are made
// once for each type, so that a call that fails allocates nothing.
type callErrors struct{ send, recv namedErrors }

// namedErrors are the errors of one call, each with the error that it wraps.
// Their texts name the call and the type.
type namedErrors []Error

// named returns the error with the name of the call; err itself if there is
// none.
func (n namedErrors) named(err error) error {
	for i := range n {
		if n[i].Is == err {
			return &n[i]
		}
	}
	return err
}

var callErrorsOfTypes sync.Map // by wire.SocketType

func errorsOfType(t wire.SocketType) *callErrors {
	if made, ok := callErrorsOfTypes.Load(t); ok {
		return made.(*callErrors)
	}
	send, recv := "zmq: send on "+t.String()+": ", "zmq: receive on "+t.String()+": "
	peer := t.Peers()[0].String()
	made, _ := callErrorsOfTypes.LoadOrStore(t, &callErrors{
		send: namedErrors{
			{send + "no peer can take the message now: try again when Writable says so, or use Send, which waits", ErrWouldBlock},
			{send + closedText, ErrClosed},
			{send + "the message has no frame: make one with NewMsg, or use SendBytes", ErrNoFrame},
			{send + "a copy of the message was released before: call Msg.Release after the last Send", ErrReleased},
			{send + "this type only receives: send with " + peer, ErrNotSupported},
		},
		recv: namedErrors{
			{recv + "there is no message now: try again when Readable says so, or use Recv, which waits", ErrWouldBlock},
			{recv + closedText, ErrClosed},
			{recv + "this type only sends: receive with " + peer, ErrNotSupported},
		},
	})
	return made.(*callErrors)
}

const closedText = "the socket or its context is closed: make another with NewSocket"

// isClosed returns the error of another call than Send and Recv on a closed
// socket.
func (s *Socket) isClosed(call string) error {
	return &Error{"zmq: " + call + " on " + s.typ.String() + ": " + closedText, ErrClosed}
}

// sendEnded returns the error of a Send whose wait has ended: by the socket's
// own timeout, or by the caller's context.
func (s *Socket) sendEnded(ctx context.Context, err error) error {
	if ownTimeout(ctx, err) {
		return s.ended("send", "no peer took the message before SendTimeout had passed: is one connected, and does it receive?", ErrTimeout)
	}
	return s.ended("send", "no peer took the message: "+err.Error(), err)
}

// recvEnded returns the error of a Recv whose wait has ended.
func (s *Socket) recvEnded(ctx context.Context, err error) error {
	if ownTimeout(ctx, err) {
		return s.ended("receive", "no message came before RecvTimeout had passed: is a peer connected, and does it send?", ErrTimeout)
	}
	return s.ended("receive", "no message came: "+err.Error(), err)
}

// contextDone returns the error of a call whose context was done before it.
func (s *Socket) contextDone(call string, err error) error {
	return s.ended(call, "the context of the call was done before it: "+err.Error(), err)
}

// ended returns an error that says what the call waited for, how the wait
// ended, and what the socket is bound and connected to. The caller holds no
// lock.
func (s *Socket) ended(call, why string, is error) error {
	where := ""
	if s.cfg.Where != nil {
		where = " (" + s.cfg.Where() + ")"
	}
	return &Error{"zmq: " + call + " on " + s.typ.String() + where + ": " + why, is}
}

// subscriptionCall returns the name of the call.
func subscriptionCall(a wire.Action) string {
	if a == wire.Subscribe {
		return "subscribe"
	}
	return "unsubscribe"
}

// noSubscriptions returns the error of a subscription call on a type that has
// none of its own.
func (s *Socket) noSubscriptions(a wire.Action) error {
	why := "only SUB sockets have subscriptions: receive with SUB"
	if s.typ.Receives(wire.Subscriptions) {
		why = "a " + s.typ.String() + " sends what its SUB peers have subscribed to: call it on those"
	}
	return &Error{"zmq: " + subscriptionCall(a) + " on " + s.typ.String() + ": " + why, ErrNotSupported}
}

// longPrefix returns the error for a prefix that is longer than publishers
// accept.
func (s *Socket) longPrefix(a wire.Action, size int) error {
	return &Error{fmt.Sprintf("zmq: %s on %v: the prefix has %d bytes, and publishers take at most %d: use the start of it",
		subscriptionCall(a), s.typ, size, subscription.MaxPrefix), ErrLongPrefix}
}
