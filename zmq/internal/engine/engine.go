// Package engine speaks ZMTP with one peer over one stream: greeting,
// handshake, traffic, closing. It moves batches between the pipes and the
// stream; it does not know which code sends or receives them.
//
// # The flow
//
//	handshake.go      greeting and mechanism, until the session has its peer
//	read.go           one wake-up drains the stream, decodes in place, fills the Inbox
//	grow.go           another goroutine makes memory for the rest of a large body
//	fullwatch.go      with the Inbox full, a peer that hangs up is noticed all the same
//	write.go          which goroutine writes when: the sender, or the dispatcher in batches
//	inlineflush.go    a sender without room does the work that the dispatcher has not begun
//	command.go        commands during traffic: subscriptions, answers to PINGs
//	heartbeat.go      our own PINGs, and what is heard in return
//	quiet.go          a connection on which no bytes come gives memory back
//	gracefulclose.go  a close that loses nothing that was written
//	close.go          nothing is outstanding when the session is notified of the end
//
// # What both sides promise
//
// Everything runs on the dispatcher's goroutine and takes no lock, with one
// exception: a sender may write by itself in [ZMTP.Wake] with inline set, and
// in [ZMTP.FlushInline], when it has no room and the dispatcher has not
// begun. The goroutine that activated the Out's consumer (package pipe) is the
// one writer; the writer's fields belong to it until the consumer is idle.
package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
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
	Type       wire.SocketType
	RecvLimits pipe.Limits

	Mechanism mechanism.Constructor
	Metadata  wire.Metadata // what this side announces

	HandshakeTimeout time.Duration // 0: none
	StallTimeout     time.Duration // for the next byte of a message begun; 0: none
	Heartbeat        *Heartbeat    // nil: none is sent
	Limits                         // of what is received
	Tuning           tuning.Options

	// Abort is set when the socket is closed and does not wait for unwritten
	// messages: no engine begins a write any more, not even work that its
	// dispatcher was given before. Any goroutine may set it; a call of
	// CloseGracefully follows. Nil: never.
	Abort *atomic.Bool
	// Connections is the number of engines that share the bytes written in a
	// round: Start adds one, and the end of the connection takes it away. Nil:
	// one.
	Connections *atomic.Int32
}

// aborted reports whether no write may begin any more.
func (c *Config) aborted() bool { return c.Abort != nil && c.Abort.Load() }

// ZMTP is the engine that speaks ZMTP.
type ZMTP struct {
	cfg     *Config
	d       *proactor.Dispatcher
	s       stream.Stream
	session Session
	out     *pipe.Out // nil before the handshake is done
	inbox   *pipe.Inbox

	handshake *handshake // nil when the handshake is done
	cause     error      // why the connection is closing

	// owned by the dispatcher's goroutine
	state               state
	subscribesByCommand bool // the peer takes subscriptions as commands
	inboxFull           bool // see fullwatch.go
	dispatcherWrites    bool // the dispatcher is the writer; see close.go

	// reading
	readOp    proactor.Operation
	resumeOp  lazyOperation
	decoder   decoder
	reads     uint32 // number of reads that have brought something
	fullCount uint32 // how many times the Inbox was found full; see fullwatch.go

	// writing: owned by the writer, see write.go
	writeOp  lazyOperation
	flushOp  lazyOperation
	inFlight message.Batch // taken from the Out
	written  int           // bytes of inFlight, or of commands, that are written
	vec      [][]byte      // the pieces that are being written
	next     int           // the first piece of vec that is not wholly written
	commands []byte        // commands being written: never in the middle of a batch

	mu      sync.Mutex
	queued  []byte // commands that wait
	closing bool
	// attention makes the writer look at queued and closing.
	attention atomic.Bool
	turn      atomic.Int32 // which goroutine has the work; see inlineflush.go

	heartbeat *heartbeat     // nil without heartbeats; see heartbeat.go
	fullWatch *fullWatch     // nil unless the Inbox was full lately
	quiet     *quiet         // nil while there is nothing to watch; see quiet.go
	graceful  *gracefulClose // nil unless the connection closes gracefully; see gracefulclose.go

	strand sync.Mutex // with NoStrandElision: every handler holds it
}

type state uint8

const (
	stateGreeting state = iota
	stateHandshake
	stateTraffic
	stateClosing
	stateClosed
)

var _ Engine = (*ZMTP)(nil)

// NewZMTP makes a ZMTP engine with a mechanism of its own.
func NewZMTP(cfg *Config, c Connection) Engine {
	chunk := maxChunk
	if cfg.Tuning.NoReadCoalescing {
		chunk = smallChunk
	}
	e := &ZMTP{
		cfg: cfg, d: c.Dispatcher, s: c.Stream, session: c.Session,
		decoder: newDecoder(&cfg.Limits, kept(cfg.Type), chunk),
	}
	e.handshake = &handshake{mechanism: cfg.Mechanism(mechanism.Connection{
		Role: c.Role, Peer: peerAddress(c.Stream), Type: cfg.Type, Local: cfg.Metadata,
	})}
	if cfg.Tuning.NoHandlerMemory {
		e.decoder.alloc = message.FreshBuffer
	}
	e.inbox = pipe.NewInbox(cfg.RecvLimits, e.resume)
	e.readOp.Handler = e.handler(e.onRead)
	return e
}

// Inbox returns the queue of the peer's messages.
func (e *ZMTP) Inbox() *pipe.Inbox { return e.inbox }

// Start sends the greeting. It must be called on the dispatcher's goroutine, as
// all methods but Wake and FlushInline.
func (e *ZMTP) Start() {
	if e.cfg.Connections != nil {
		e.cfg.Connections.Add(1)
	}
	if e.cfg.HandshakeTimeout > 0 {
		e.startTimeout(&e.handshake.limit, e.cfg.HandshakeTimeout, e.onLimit)
	}
	e.greet()
	if e.state < stateClosing { // the greeting could be written
		e.read()
	}
}

// smallChunk is the largest read with read coalescing switched off.
const smallChunk = 8 << 10
