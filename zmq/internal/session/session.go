// Package session keeps a socket's connections: it dials and redials, listens and
// accepts, and connects pattern and engine for as long as a connection lasts.
//
//	dial.go    one Connect: get a stream, handshake, traffic; back off; again
//	listen.go  one Bind: get streams until stopped; each is a peer
//	link.go    what both do with an established connection
//	event.go   what happens to endpoints and connections, and what follows from it
//	status.go  the state of an endpoint, and how often failures are logged
//
// # What both sides promise
//
// A transport delivers streams that are ready: which names were looked up, and
// which layers have shaken hands, a session does not know.
//
// A session runs on one dispatcher's goroutine. Any goroutine may call the
// exported methods, which only post to it. After Stop the session closes what it
// has and then calls the function it was given, once, when none of its operations
// is outstanding and the pattern has been notified.
package session

import (
	"log/slog"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/engine"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
)

// Host is the socket that sessions work for: the part of its pattern that deals
// with peers. Package pattern documents the order of calls.
type Host interface {
	NewOut() *pipe.Out
	NewIn(source pipe.Source) *pipe.In
	RecvLimits() pipe.Limits
	Attach(p *pipe.Peer) error
	Connected(p *pipe.Peer, in *pipe.In, routingID []byte) error
	LimitRecv(p *pipe.Peer)
	Disconnected(p *pipe.Peer)
	Detach(p *pipe.Peer, dropped bool)
	// Refused counts messages that were not received. Any goroutine may call it.
	Refused(why pipe.Refusal, n int)
}

// Config is what the sessions of one socket share. It does not change: sessions
// that begin after a change of options have another one.
type Config struct {
	Host       Host
	Engine     engine.Config
	NewEngine  engine.Constructor // makes the engine of each connection
	Dispatcher func() *proactor.Dispatcher
	Logger     *slog.Logger // nil: nothing is logged

	// Observe, if it is not nil, is called with each event, as a rule on the
	// goroutine of a dispatcher. It must not block.
	Observe func(Event)

	// Jitter returns a random duration below its argument.
	Jitter func(below time.Duration) time.Duration
}

// engine makes the engine of a new connection.
func (c *Config) engine(d *proactor.Dispatcher, s stream.Stream, owner engine.Session, role mechanism.Role) engine.Engine {
	return c.NewEngine(&c.Engine, engine.Connection{Dispatcher: d, Stream: s, Session: owner, Role: role})
}

// Endpoint is an endpoint with its transport.
type Endpoint struct {
	endpoint.Endpoint
	Transport transport.Transport
}
