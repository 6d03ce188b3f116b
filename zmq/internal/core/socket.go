package core

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Socket is a ZeroMQ socket. Any number of goroutines may call its methods at
// once.
type Socket struct {
	ctx      *Context
	typ      wire.SocketType
	pattern  *pattern.Socket
	settings atomic.Pointer[settings]

	changing    sync.Mutex   // held while the options change
	abort       atomic.Bool  // see engine.Config
	connections atomic.Int32 // see engine.Config

	mu            sync.Mutex
	last          string // the result of LastEndpoint
	bound         []*bound
	connected     []*connected
	lingering     []*lingeringConn // disconnected, with messages still to be sent: see linger.go
	accepted      session.Accepted
	endpointCalls []chan struct{} // one for each Unbind and Disconnect in progress, closed at its end
	closing       bool
	// stopDraining ends the wait for queued messages; it is set together with
	// closing.
	stopDraining context.CancelFunc
	closed       chan struct{}
	undelivered  int // messages dropped by Close; set before closed is closed

	// opening is cancelled when the socket is being closed, to end the look-ups
	// of Bind.
	opening    context.Context
	endOpening context.CancelFunc
}

// Open makes a zero Socket one of type t in the context. The socket must not be
// copied or moved from now on. The caller must close it, or the context. Open
// copies the options. It fails with a *FieldError if one has a value that is not
// allowed.
func (s *Socket) Open(c *Context, t wire.SocketType, o *option.Values) error {
	descriptor := pattern.TypeOf(t)
	if descriptor == nil {
		return &FieldError{Field: "Type", Err: noSuchType(t)}
	}
	if field, err := o.Validate(t); err != nil {
		return &FieldError{Field: field, Err: err}
	}
	s.ctx, s.typ, s.closed = c, t, make(chan struct{})
	given := *o
	given.Subscribe = nil // the pattern keeps them
	resolved := option.Resolve(&given)
	s.pattern = descriptor.New(s.patternConfig(resolved))
	s.opening, s.endOpening = context.WithCancel(context.Background())
	s.settings.Store(s.newSettings(resolved))
	if err := c.add(s); err != nil {
		return err
	}
	for _, prefix := range o.Subscribe {
		if err := s.Subscribe(prefix); err != nil {
			return err
		}
	}
	return nil
}

// mustBeOpened panics for a zero Socket, where the call would otherwise fail
// without a clear reason. The fast calls leave this check to the pattern.
func (s *Socket) mustBeOpened() {
	if s.pattern == nil {
		panic(pattern.ZeroSocket)
	}
}

// jitter is a random duration below its argument.
func jitter(below time.Duration) time.Duration {
	return rand.N(max(below, 1)) // rand.N panics for 0
}

// Type is the socket's type.
func (s *Socket) Type() wire.SocketType { return s.typ }

// Pattern is the socket's pattern. A public API that receives through it has a Recv
// that is small enough to be inlined.
func (s *Socket) Pattern() *pattern.Socket { return s.pattern }

// Send sends a message, and waits until ctx is done where the type waits. The
// caller keeps m, and must not write to its frames from now on.
func (s *Socket) Send(ctx context.Context, m message.Msg) error { return s.pattern.Send(ctx, m) }

// TrySend sends a message as Send does, but fails with pattern.ErrWouldBlock where
// Send waits.
func (s *Socket) TrySend(m message.Msg) error { return s.pattern.TrySend(m) }

// SendBytes sends a message of one frame. b is copied, and the caller keeps it.
func (s *Socket) SendBytes(ctx context.Context, b []byte) error {
	if len(b) < message.GatherMin {
		// A small frame is copied into the pipe anyway, before Send returns.
		return s.Send(ctx, message.Single(b))
	}
	m := message.Alloc(len(b))
	copy(m.Bytes(), b)
	m.Give()
	err := s.Send(ctx, m)
	if err != nil {
		m.Release()
	}
	return err
}

// SendFrames sends a message of copies of the frames.
func (s *Socket) SendFrames(ctx context.Context, frames ...[]byte) error {
	m, ok := message.Borrow(frames...)
	if !ok {
		return s.Send(ctx, message.Copy(frames...))
	}
	err := s.Send(ctx, m)
	m.GiveBack()
	return err
}

// Recv receives the next message, and waits for one until ctx is done. The message
// may be read and sent, but not written to.
func (s *Socket) Recv(ctx context.Context) (message.Msg, error) { return s.pattern.Recv(ctx) }

// TryRecv receives a message as Recv does, but fails with pattern.ErrWouldBlock
// where Recv waits.
func (s *Socket) TryRecv() (message.Msg, error) { return s.pattern.TryRecv() }

// RecvBytes receives a message of one frame, which belongs to the caller. It fails
// with ErrMultipart if the message has several frames; the next call receives the
// message again.
func (s *Socket) RecvBytes(ctx context.Context) ([]byte, error) {
	m, err := s.Recv(ctx)
	if err == nil && m.Len() != 1 {
		err = &pattern.Error{Text: fmt.Sprintf("zmq: RecvBytes on %s: the message has %d frames: receive it with Recv or RecvFrames",
			s.typ, m.Len()), Is: ErrMultipart}
		s.pattern.PutBack(m)
		return nil, err
	}
	return m.Own(), err
}

// Readable returns a channel for select. It holds a token while a TryRecv may
// succeed. The channel is never closed.
func (s *Socket) Readable() <-chan struct{} {
	s.mustBeOpened()
	return s.pattern.CanRecv()
}

// Writable returns a channel for select. It holds a token when a TrySend that
// failed may succeed now.
func (s *Socket) Writable() <-chan struct{} {
	s.mustBeOpened()
	return s.pattern.CanSend()
}

// Subscribe asks the publishers of a SUB socket, present and future, for messages
// whose first frame starts with prefix. Each call needs its own Unsubscribe.
func (s *Socket) Subscribe(prefix string) error { return s.pattern.Subscribe([]byte(prefix)) }

// Unsubscribe undoes one Subscribe for the same prefix.
func (s *Socket) Unsubscribe(prefix string) error { return s.pattern.Unsubscribe([]byte(prefix)) }

// Accepted lists the peers that have connected to the socket's bound endpoints,
// except over inproc.
func (s *Socket) Accepted() []*pipe.Peer { return s.accepted.Peers() }
