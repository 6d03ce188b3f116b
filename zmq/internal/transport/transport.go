// Package transport defines what a session needs of a transport between
// processes: a ready stream for each connection, both when dialling and when
// accepting.
//
//	transport.go  the contract
//	register.go   the table: a scheme, and the function that makes its transport
//	layer.go      a transport on top of another, with a handshake of its own
//	socket/       connecting and accepting with the system's sockets: what tcp and ipc share
//	tcp/, ipc/    where an endpoint leads
//	inproc/       pipes within a process: neither streams nor an engine, so it is no Transport
//
// # What both sides promise
//
// A stream is ready: names are looked up, the connection is made, and the
// handshake of each layer is done. Nothing waits without a limit but the
// system's own connect, if no timeout is set.
//
// Everything runs on the goroutine of one dispatcher, which the caller of Dial
// and Listen chooses, and no callback is called from within the call that asked
// for it. Each callback is called exactly once, when no operation of what it
// ends is outstanding. The one who is given a stream closes it.
package transport

import (
	"context"
	"fmt"
	"net"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/stream"
)

// Transport makes streams for the endpoints of one scheme, with the options
// that it was made with.
type Transport interface {
	// Dial begins to make one stream to ep. done gets the stream or the reason
	// why there is none: an *Error, or the error of the last connect. It must be
	// called on d's goroutine.
	Dial(d *proactor.Dispatcher, ep endpoint.Endpoint, done func(stream.Stream, error)) Attempt
	// Listen binds ep. It waits for the look-up of a name until ctx is done, and
	// may block on a file system: it must be called neither by a handler nor with
	// a lock held. The Listener must then be started or abandoned.
	Listen(ctx context.Context, d *proactor.Dispatcher, ep endpoint.Endpoint) (Listener, error)
}

// Attempt is a Dial in progress.
type Attempt interface {
	// Cancel makes done get an error soon, even if the stream is made in the
	// meantime. It must be called on the dispatcher's goroutine, before done is
	// called.
	Cancel()
}

// Listener is a bound endpoint.
type Listener interface {
	// Endpoint is the endpoint to connect to, with ports and paths filled in.
	Endpoint() string
	// Start begins to accept. Any goroutine may call it, once.
	Start(Acceptor)
	// Paused returns why accepting pauses, which it does by itself while
	// descriptors have run out; nil if it does not. Any goroutine may call it.
	Paused() error
	// Stop closes the endpoint, once Start was called. It drops connections whose
	// stream is not ready. done is called when nothing is left; after that the
	// Acceptor is not called any more. Any goroutine may call it, once.
	Stop(done func())
	// Abandon closes a Listener that was not started. It may block on a file
	// system.
	Abandon()
}

// Acceptor is what a Listener reports to, on the dispatcher's goroutine.
type Acceptor interface {
	// Accepted takes a stream.
	Accepted(s stream.Stream)
	// Failed reports a connection that came to no stream. from is the peer's
	// address; it is empty if accepting itself has failed. In either case the
	// listener continues to accept.
	Failed(from string, err error)
}

// Config is what a Transport is made with. It does not change afterwards.
type Config struct {
	*option.Resolved               // the options of the endpoint
	Resolver         *net.Resolver // looks names up; nil means net.DefaultResolver
}

// SocketOptions returns the options of the system's sockets.
func (c *Config) SocketOptions() proactor.SocketOptions {
	return proactor.SocketOptions{SendBuffer: c.SendBuffer, RecvBuffer: c.RecvBuffer, Backlog: c.Backlog}
}

// Step is what a Transport does before it delivers a stream.
type Step uint8

// The steps in their order.
const (
	StepResolve Step = iota
	StepConnect
	StepHandshake // of a layer
)

// Error is why a step has failed.
type Error struct {
	Step Step
	Err  error
	// Permanent means that retrying soon does not help: one of the two programs,
	// or its configuration, has to be changed.
	Permanent bool
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// ErrHandshakeTimeout means that the peer did not finish the handshake of a
// layer.
var ErrHandshakeTimeout = fmt.Errorf("handshake of the transport not finished in time: %w", proactor.ErrDeadlineExceeded)
