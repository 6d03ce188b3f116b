package pattern

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/actum-go/actum/zmq/internal/message"
)

// Error is the error of a call. Its text names the call, its object, and what
// to do. It wraps one of the errors below, or a context's error. Frequent
// errors are made once (callerrors.go).
type Error struct {
	Text string
	Is   error // the error that it wraps; nil if it is one of those below itself
}

func (e *Error) Error() string { return e.Text }
func (e *Error) Unwrap() error { return e.Is }

// Errors that calls wrap.
var (
	// ErrWouldBlock means that no peer can take a message now, or none has
	// come.
	ErrWouldBlock = errors.New("zmq: the call would have to wait")
	// ErrClosed means that the socket is closed.
	ErrClosed error = &Error{"zmq: the socket or its context is closed", net.ErrClosed}
	// ErrTimeout means that the socket's own timeout has passed.
	ErrTimeout error = &Error{"zmq: SendTimeout or RecvTimeout has passed", os.ErrDeadlineExceeded}
	// ErrState means that a REQ or REP socket was used out of turn.
	ErrState = errors.New("zmq: REQ and REP sockets send and receive in turn")
	// ErrUnroutable means that a ROUTER has no peer of that routing id.
	ErrUnroutable = errors.New("zmq: send on ROUTER: no peer has that routing id")
	// ErrNotSupported means that the operation is not part of the socket's
	// type.
	ErrNotSupported = errors.New("zmq: sockets of this type do not do that")
	// ErrLongPrefix means that a subscription's prefix is longer than
	// publishers accept.
	ErrLongPrefix = errors.New("zmq: subscribe: the prefix is longer than publishers take")
	// ErrNoFrame means that a message has no frame to send.
	ErrNoFrame = errors.New("zmq: send: the message has no frame")
	// ErrReleased means that a copy of the message was released.
	ErrReleased = errors.New("zmq: send: a copy of the message was released before")
	// ErrSecondPeer refuses another peer of a PAIR. ErrDuplicateID refuses a
	// peer whose routing id another peer of the ROUTER has. ErrLeaving refuses
	// a peer of an endpoint that was disconnected, when nothing is queued for
	// it.
	ErrSecondPeer  = errors.New("a PAIR has one peer, and this one has it already: disconnect that first, or use DEALER")
	ErrLeaving     = errors.New("the endpoint was disconnected, and nothing is queued for it any more")
	ErrDuplicateID = errors.New("another peer has that routing id: give each its own, or set RouterHandover")
)

// Errors of single types.
var (
	errReqAgain  = &Error{"zmq: send on REQ: the request before has no reply yet: receive that first, or set ReqRelaxed to give it up", ErrState}
	errReqFirst  = &Error{"zmq: receive on REQ: no request was sent: send one first", ErrState}
	errRepAgain  = &Error{"zmq: receive on REP: the request before has no reply yet: send that first", ErrState}
	errRepFirst  = &Error{"zmq: send on REP: no request was received: receive one first", ErrState}
	errNoAddress = &Error{"zmq: send on ROUTER: the message has one frame and needs two: the routing id of its receiver, then what is sent: use SendFrames(ctx, id, body)", ErrNoFrame}
)

// unroutable returns the error that names the missing peer. The id is the
// program's.
func unroutable(m *message.Msg) error {
	return &Error{fmt.Sprintf("zmq: send on ROUTER: no peer has the routing id %.64q: wait until it has connected", m.Bytes()), ErrUnroutable}
}
