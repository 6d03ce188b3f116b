package zmq

import (
	"strings"

	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/transport/inproc"
)

// The errors that calls return, beside the error of their context. A returned
// error names the call and the socket, and wraps one of these or the context's
// error: use errors.Is, and do not compare with ==.
var (
	// ErrWouldBlock: TrySend or TryRecv would have to wait. errors.Is finds it in
	// their errors, which take no allocation.
	ErrWouldBlock = pattern.ErrWouldBlock
	// ErrClosed: the socket or its context is closed. errors.Is finds both it and
	// net.ErrClosed in the errors of calls.
	ErrClosed = pattern.ErrClosed
	// ErrState: a REQ or REP socket cannot send or receive now, because it must do
	// the other first.
	ErrState = pattern.ErrState
	// ErrUnroutable: a ROUTER with RouterMandatory has no peer of that routing id.
	ErrUnroutable = pattern.ErrUnroutable
	// ErrNotSupported: sockets of this type do not have the operation.
	ErrNotSupported = pattern.ErrNotSupported
	// ErrLongPrefix: Subscribe was given more than 1 MiB.
	ErrLongPrefix = pattern.ErrLongPrefix
	// ErrNoFrame: the message has no frame to send.
	ErrNoFrame = pattern.ErrNoFrame
	// ErrReleased: the message, or a copy of it, was released with Msg.Release.
	ErrReleased = pattern.ErrReleased
	// ErrSecondPeer: a PAIR socket already has a peer.
	ErrSecondPeer = pattern.ErrSecondPeer
	// ErrTimeout: SendTimeout or RecvTimeout passed. It wraps
	// os.ErrDeadlineExceeded.
	ErrTimeout = pattern.ErrTimeout
	// ErrMultipart: the next message has several frames, and RecvBytes returns only one.
	ErrMultipart = core.ErrMultipart
	// ErrNameTaken: another socket has bound that inproc name.
	ErrNameTaken = inproc.ErrNameTaken
	// ErrIncompatible: the two socket types cannot be connected. Connect fails with
	// it over inproc; over other transports it is in EndpointStats.LastError.
	ErrIncompatible = inproc.ErrIncompatible
	// ErrNotBound and ErrNotConnected: Unbind or Disconnect found no such endpoint.
	ErrNotBound     = core.ErrNotBound
	ErrNotConnected = core.ErrNotConnected
	// ErrHandshakeTimeout: the peer did not finish its handshake. It appears in logs.
	ErrHandshakeTimeout = engine.ErrHandshakeTimeout
)

// EndpointError is the error of an operation on an endpoint.
type EndpointError struct {
	Op       string // "bind", "connect", "unbind", "disconnect"
	Endpoint string
	Err      error
}

func (e *EndpointError) Error() string {
	return "zmq: " + e.Op + " " + e.Endpoint + ": " + strings.TrimPrefix(e.Err.Error(), "zmq: ")
}

func (e *EndpointError) Unwrap() error { return e.Err }

// endpointError returns the error of a call on an endpoint; nil if why is nil.
func endpointError(op, endpoint string, why error) error {
	if why == nil {
		return nil
	}
	return &EndpointError{Op: op, Endpoint: endpoint, Err: why}
}

// OptionError says which option has a value that is not allowed.
type OptionError struct {
	Option string // the field of Options, or the name given to Set
	Err    error
}

func (e *OptionError) Error() string {
	return "zmq: option " + e.Option + ": " + strings.TrimPrefix(e.Err.Error(), "zmq: ")
}

func (e *OptionError) Unwrap() error { return e.Err }

// namedOptionError returns the error of a call for one option; nil if why is nil.
func namedOptionError(name string, why error) error {
	if why == nil {
		return nil
	}
	return &OptionError{Option: name, Err: why}
}

// optionError returns err as this package reports it.
func optionError(err error) error {
	if bad, ok := err.(*core.FieldError); ok {
		return &OptionError{Option: bad.Field, Err: bad.Err}
	}
	return err
}
