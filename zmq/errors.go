package zmq

import (
	"errors"
	"strings"

	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/transport/inproc"
)

// What a call can fail with, beside the error of its context. What a call returns
// names the call and the socket, and wraps one of these or the context's: ask
// errors.Is, and compare nothing with ==.
var (
	// ErrWouldBlock is TrySend's and TryRecv's: not now. errors.Is finds it in what
	// they return, which allocates nothing.
	ErrWouldBlock = pattern.ErrWouldBlock
	// ErrClosed: the socket or its context is closed. errors.Is finds it, and
	// net.ErrClosed, in what calls return.
	ErrClosed = pattern.ErrClosed
	// ErrState: a REQ or REP socket was used out of turn.
	ErrState = pattern.ErrState
	// ErrUnroutable: a ROUTER with RouterMandatory has no peer of that routing id.
	ErrUnroutable = pattern.ErrUnroutable
	// ErrNotSupported: sockets of this type do not do that.
	ErrNotSupported = pattern.ErrNotSupported
	// ErrLongPrefix: Subscribe was given more than 1 MiB.
	ErrLongPrefix = pattern.ErrLongPrefix
	// ErrNoFrame: the message has no frame that could be sent.
	ErrNoFrame = pattern.ErrNoFrame
	// ErrReleased: a copy of the message was given to Msg.Release before.
	ErrReleased = pattern.ErrReleased
	// ErrSecondPeer: a PAIR socket has its peer already.
	ErrSecondPeer = pattern.ErrSecondPeer
	// ErrTimeout: SendTimeout or RecvTimeout passed. It wraps
	// os.ErrDeadlineExceeded.
	ErrTimeout = pattern.ErrTimeout
	// ErrMultipart: the next message has several frames, and RecvBytes returns only one.
	ErrMultipart = errors.New("zmq: RecvBytes: the message has not one frame")
	// ErrNameTaken: another socket has bound that inproc name.
	ErrNameTaken = inproc.ErrNameTaken
	// ErrIncompatible: the two sockets' types do not go together. Connect fails with
	// it over inproc; over other transports it is in EndpointStats.LastError.
	ErrIncompatible = inproc.ErrIncompatible
	// ErrNotBound and ErrNotConnected: there is no such endpoint to give up.
	ErrNotBound     = errors.New("the socket is not bound to it: give the endpoint as it was given to Bind, or as LastEndpoint said then")
	ErrNotConnected = errors.New("the socket is not connected to it: give the endpoint as it was given to Connect")
	// ErrHandshakeTimeout is in logs: the peer did not finish its handshake.
	ErrHandshakeTimeout = engine.ErrHandshakeTimeout
)

// EndpointError says which endpoint something could not be done with.
type EndpointError struct {
	Op       string // "bind", "connect", "unbind", "disconnect"
	Endpoint string
	Err      error
}

func (e *EndpointError) Error() string {
	return "zmq: " + e.Op + " " + e.Endpoint + ": " + strings.TrimPrefix(e.Err.Error(), "zmq: ")
}

func (e *EndpointError) Unwrap() error { return e.Err }

// OptionError says which option has a value that it cannot have.
type OptionError struct {
	Option string // the field of Options, or the name given to Set
	Err    error
}

func (e *OptionError) Error() string { return "zmq: option " + e.Option + ": " + e.Err.Error() }

func (e *OptionError) Unwrap() error { return e.Err }
