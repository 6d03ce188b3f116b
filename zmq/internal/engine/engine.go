// Package engine speaks ZMTP with one peer over one stream: greeting, handshake,
// traffic, closing. It moves batches between the pipes and the stream; it does
// not know who sends or receives them.
//
// # The flow
//
//	handshake.go  greeting and mechanism, until the session has its peer
//	read.go       one wake-up drains the stream, decodes in place, fills the Inbox
//	grow.go       memory for the rest of a large body is made beside the dispatcher
//	fullwatch.go       with the Inbox full, a peer that hangs up is noticed all the same
//	write.go      who writes when: the sender at once, or the dispatcher in batches
//	inlineflush.go    a sender with no room left does what the dispatcher has not begun
//	command.go    commands during traffic: subscriptions, answers to PINGs
//	heartbeat.go  PINGs of our own, and what is heard in return
//	quiet.go      memory is given back where nothing comes
//	gracefulclose.go       the end in good order: what was written arrives
//	close.go      everything outstanding comes back before the session is told
//
// # What both sides promise
//
// Everything runs on the dispatcher's goroutine and takes no lock, with one
// exception: a sender may write by itself when it is told to ([Engine.Kick]), or
// when it has no room and the dispatcher has not come yet ([Engine.Relieve]).
// Whoever has the Out's consumer at work (package pipe) is the one writer; the
// fields that a writer needs are its own until it rests.
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

// Session is who an engine works for. Its methods are called on the dispatcher's
// goroutine.
type Session interface {
	// Established is called when the handshake is done. The session tells its
	// pattern of the peer and returns the Out to empty. An error closes the
	// connection.
	Established(e *Engine, peer wire.Metadata) (*pipe.Out, error)
	// Closed is called once, when the stream is closed and nothing is outstanding
	// on it. unsent is what was taken from the Out and not written, nil if that
	// is nothing. The session detaches the Out.
	Closed(e *Engine, cause error, unsent *message.Batch)
	// Refused counts n messages of the peer's that are not received, and why. It is
	// the one place where an engine says so.
	Refused(why pipe.Refusal, n int)
}

// Config is what the engines of one socket have in common. It is shared, and does
// not change once the first of them is made.
type Config struct {
	Type       wire.SocketType
	RecvLimits pipe.Limits

	HandshakeTimeout time.Duration // 0: none
	StallTimeout     time.Duration // for the next byte of a message begun; 0: none
	Heartbeat        *Heartbeat    // nil: none is sent
	Limits                         // of what is received
	Tuning           tuning.Options

	// Cut is set when the socket is closed and does not wait for what is not written:
	// no engine begins a write any more, whatever was handed to its dispatcher before.
	// Any goroutine may set it; Part follows. Nil: never.
	Abort *atomic.Bool
	// Connections is how many engines there are, which share what is written in a
	// round: Start counts, and the end. Nil: one.
	Connections *atomic.Int32
}

// cut reports whether nothing more is to be written.
func (c *Config) aborted() bool { return c.Abort != nil && c.Abort.Load() }

// Engine is one connection.
type Engine struct {
	cfg     *Config
	d       *proactor.Dispatcher
	s       stream.Stream
	session Session
	out     *pipe.Out // nil before the handshake is done
	inbox   *pipe.Inbox

	handshake *handshake // nil when the handshake is done
	cause     error      // why it is closing

	// the dispatcher's goroutine's own
	state               state
	subscribesByCommand bool // the peer takes subscriptions as commands
	inboxFull           bool // the Inbox is; see fullwatch.go
	dispatcherWrites    bool // the dispatcher is the writer; see close.go

	// reading
	readOp    proactor.Operation
	resumeOp  lazyOperation
	decoder   decoder
	reads     uint32 // how many reads have brought something
	fullCount uint32 // how often the Inbox was full; see fullwatch.go

	// writing: the writer's, see write.go
	writeOp  lazyOperation
	flushOp  lazyOperation
	inFlight message.Batch // taken from the Out
	written  int           // bytes of flight, or of commands, that are written
	vec      [][]byte      // what is being written
	next     int           // the first piece of vec not wholly written
	commands []byte        // commands being written: never in the middle of a batch

	mu      sync.Mutex
	queued  []byte // commands that wait
	closing bool
	// attention asks the writer to look at queued, and at dying.
	attention atomic.Bool
	turn      atomic.Int32 // the writer's, see inlineflush.go

	heartbeat *heartbeat     // nil without heartbeats; see heartbeat.go
	fullWatch *fullWatch     // nil unless the Inbox was full lately
	quiet     *quiet         // nil while there is nothing to watch for; see quiet.go
	graceful  *gracefulClose // nil unless the connection ends in good order; see gracefulclose.go

	strand sync.Mutex // with NoStrandElision: held by every handler
}

type state uint8

const (
	stateGreeting state = iota
	stateHandshake
	stateTraffic
	stateClosing
	stateClosed
)

// New makes an engine for a stream, with one side of a handshake, which is its
// own. Nothing happens before Start.
func New(cfg *Config, d *proactor.Dispatcher, s stream.Stream, session Session, m mechanism.Mechanism) *Engine {
	chunk := maxChunk
	if cfg.Tuning.NoReadCoalescing {
		chunk = smallChunk
	}
	e := &Engine{
		cfg: cfg, d: d, s: s, session: session, handshake: &handshake{mechanism: m},
		decoder: newDecoder(&cfg.Limits, kept(cfg.Type), chunk),
	}
	if cfg.Tuning.NoHandlerMemory {
		e.decoder.alloc = message.FreshBuffer
	}
	e.inbox = pipe.NewInbox(cfg.RecvLimits, e.resume)
	e.readOp.Handler = e.handler(e.onRead)
	return e
}

// Inbox is where the peer's messages go.
func (e *Engine) Inbox() *pipe.Inbox { return e.inbox }

// Start begins with the greeting. It must be called on the dispatcher's
// goroutine, as all methods but Kick.
func (e *Engine) Start() {
	if e.cfg.Connections != nil {
		e.cfg.Connections.Add(1)
	}
	if e.cfg.HandshakeTimeout > 0 {
		e.startTimeout(&e.handshake.limit, e.cfg.HandshakeTimeout, e.onLimit)
	}
	e.greet()
	if e.state < stateClosing { // it could be written
		e.read()
	}
}

// smallChunk is the largest read with read coalescing switched off.
const smallChunk = 8 << 10
