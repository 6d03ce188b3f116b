// Package engine carries the messages of one connection: it moves batches
// between the pipes and a stream, and does not know which code sends or
// receives them. [ZMTP] is the engine that speaks ZMTP: greeting, handshake,
// traffic, closing.
//
// # The flow
//
//	conn.go           what the engines over a stream have in common
//	zmtp.go           ZMTP: a conn with handshake, commands and heartbeats
//	handshake.go      greeting and mechanism, until the session has its peer
//	read.go           one wake-up drains the stream, decodes in place, fills the Inbox
//	grow.go           another goroutine makes memory for the rest of a large body
//	fullwatch.go      with the Inbox full, a peer that hangs up is noticed all the same
//	write.go          which goroutine writes when: the sender, or the dispatcher in batches
//	inlineflush.go    a sender without room does the work that the dispatcher has not begun
//	coding.go         bytes that are not the frames of ZMTP 2 and 3: encryption, say
//	command.go        commands during traffic: subscriptions, answers to PINGs
//	heartbeat.go      our own PINGs, and what is heard in return
//	quiet.go          a connection on which no bytes come gives memory back
//	gracefulclose.go  a close that loses nothing that was written
//	close.go          nothing is outstanding when the session is notified of the end
//
// # What both sides promise
//
// Everything runs on the dispatcher's goroutine and takes no lock, with one
// exception: a sender may write by itself in [conn.Wake] with inline set, and
// in [conn.FlushInline], when it has no room and the dispatcher has not
// begun. The goroutine that activated the Out's consumer (package pipe) is the
// one writer; the writer's fields belong to it until the consumer is idle.
package engine

import (
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Engine carries the messages of one connection. Its methods are called on the
// dispatcher's goroutine. It calls its Session's Established at most once and
// its Closed exactly once, and nothing of it is outstanding afterwards.
type Engine interface {
	// Start begins; nothing happens before it.
	Start()
	// Inbox returns the queue of the peer's messages.
	Inbox() *pipe.Inbox
	// Close closes the connection at once; unwritten messages are handed back.
	// The session's Closed is called when nothing is outstanding, which may be
	// before Close returns. An engine that was not started may be closed.
	Close(cause error)
	// CloseGracefully closes the connection so that what was written arrives. It
	// waits up to timeout for the peer to end its side.
	CloseGracefully(cause error, timeout time.Duration)
	// CloseNow ends a wait that CloseGracefully has begun.
	CloseNow()
}

// Connection is what an engine is made for.
type Connection struct {
	Dispatcher *proactor.Dispatcher
	Stream     stream.Stream
	Session    Session
	Role       mechanism.Role
}

// Constructor makes an engine. The Config stays the caller's.
type Constructor func(*Config, Connection) Engine

// Session is the owner of an engine. Its methods are called on the dispatcher's
// goroutine.
type Session interface {
	// Established is called when the handshake is done. The session passes the
	// peer to its pattern and returns the Out to empty. An error closes the
	// connection. peer is nil if the protocol has no metadata.
	Established(e Engine, peer wire.Metadata) (*pipe.Out, error)
	// Closed is called once, when the stream is closed and nothing is
	// outstanding on it. unsent is the messages that were taken from the Out
	// and not written; nil if there are none. The session detaches the Out.
	Closed(e Engine, cause error, unsent *message.Batch)
	// Refused counts n messages of the peer that are not received, and why. An
	// engine reports them here and nowhere else.
	Refused(why pipe.Refusal, n int)
}

// Config is what the engines of one socket have in common. It does not change
// once the first of them is made.
type Config struct {
	Type             wire.SocketType
	*option.Resolved // the options of the endpoint

	Mechanism mechanism.Constructor
	Metadata  wire.Metadata // what this side announces

	Tuning tuning.Options

	// Abort is set when the socket is closed and does not wait for unwritten
	// messages: no engine begins a write any more, not even work that its
	// dispatcher was given before. Any goroutine may set it; a call of
	// CloseGracefully follows. Nil: never.
	Abort *atomic.Bool
	// Connections is the number of engines that share the bytes written in a
	// round: a new engine adds one, and the end of the connection takes it away. Nil:
	// one.
	Connections *atomic.Int32
}

// aborted reports whether no write may begin any more.
func (c *Config) aborted() bool { return c.Abort != nil && c.Abort.Load() }
