package engine

import (
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// conn is what the engines over a stream have in common: reading and decoding
// into the Inbox, the writer, timeouts, closing. An engine embeds one.
type conn struct {
	cfg     *Config
	d       *proactor.Dispatcher
	s       stream.Stream
	session Session
	engine  protocol  // that the conn is a part of
	out     *pipe.Out // nil before the traffic
	inbox   *pipe.Inbox
	coding  *coding // nil: the bytes are the frames of ZMTP 2 and 3; see coding.go
	cause   error   // why the connection is closing

	// owned by the dispatcher's goroutine
	reads               uint32 // number of reads that have brought something
	delivered           uint32 // messages handed to the Inbox; see answered
	state               state
	subscribesByCommand bool // the peer takes subscriptions as commands
	inboxFull           bool // see fullwatch.go
	dispatcherWrites    bool // the dispatcher is the writer; see close.go

	// reading
	readOp   proactor.Operation
	resumeOp lazyOperation
	decoder  decoder

	// writing: owned by the writer, see write.go
	writeOp  lazyOperation
	flushOp  lazyOperation
	inFlight message.Batch // taken from the Out
	written  int           // bytes of inFlight, or of commands, that are written
	vec      [][]byte      // the pieces that are being written
	next     int32         // the first piece of vec that is not wholly written
	sent     uint32        // messages that are wholly written; see answered
	commands []byte        // commands being written: never in the middle of a batch

	mu     sync.Mutex
	queued []byte // commands that wait
	// attention keeps the writer from being released: there are commands, or the
	// connection is closing. It is changed under mu.
	attention atomic.Uint32
	turn      atomic.Int32 // which goroutine has the work; see inlineflush.go

	fullWatch *fullWatch     // nil unless the Inbox was full lately
	quiet     *quiet         // nil while there is nothing to watch; see quiet.go
	graceful  *gracefulClose // nil unless the connection closes gracefully; see gracefulclose.go

	strand sync.Mutex // with NoStrandElision: every handler holds it
}

// protocol is what an engine adds to its conn.
type protocol interface {
	Engine
	// stepHandshake continues the handshake with the bytes that have been
	// received, and calls establish at its end. It does nothing if they are not
	// enough. It reports whether more must be read before the traffic.
	stepHandshake() (read bool, err error)
	// onCommand carries out a command of the peer. Whole messages before it have
	// been delivered.
	onCommand(body []byte)
	// stop stops what the engine itself has started: the connection is closing.
	// It may replace the cause.
	stop()
	// running reports whether a handler of the engine itself will still be
	// called, which then calls closeIfDone.
	running() bool
}

type state uint8

const (
	stateGreeting state = iota
	stateHandshake
	stateTraffic
	stateClosing
	stateClosed
)

// The bits of attention.
const (
	attentionCommands = 1 << iota
	attentionClosing
)

// smallChunk is the largest read with read coalescing switched off.
const smallChunk = 8 << 10

// init makes the zero conn one of an engine.
func (e *conn) init(cfg *Config, c Connection, engine protocol) {
	e.cfg, e.d, e.s, e.session, e.engine = cfg, c.Dispatcher, c.Stream, c.Session, engine
	if cfg.Connections != nil {
		cfg.Connections.Add(1)
	}
	e.decoder = e.newDecoder()
	e.inbox = pipe.NewInbox(cfg.RecvLimits, e.resume)
	e.readOp.Handler = e.handler(e.onRead)
}

func (e *conn) newDecoder() decoder {
	chunk := maxChunk
	if e.cfg.Tuning.NoReadCoalescing {
		chunk = smallChunk
	}
	d := newDecoder(&e.cfg.Limits, kept(e.cfg.Type), chunk)
	if e.cfg.Tuning.NoHandlerMemory {
		d.alloc = message.FreshBuffer
	}
	return d
}

// Inbox implements Engine.
func (e *conn) Inbox() *pipe.Inbox { return e.inbox }

// establish begins the traffic: from here on the Out has a consumer, which is
// active until it has found nothing to write. codec is nil if the bytes are the
// frames of ZMTP 2 and 3.
func (e *conn) establish(peer wire.Metadata, codec wire.Codec) error {
	out, err := e.session.Established(e.engine, peer)
	if err != nil {
		return err
	}
	if codec != nil {
		e.startCoding(codec)
	}
	e.state = stateTraffic
	e.out = out
	e.dispatcherWrites = true
	e.out.Attach(e, true)
	if !e.writeOp.Outstanding() { // otherwise onWritten continues when the handshake is written
		e.commands, e.queued, e.vec, e.next = nil, nil, nil, 0 // an idle connection has no use for them
		e.flush()
	}
	return nil
}
