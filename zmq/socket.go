package zmq

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/session"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Socket is a ZeroMQ socket. Any number of goroutines may call its methods at
// once.
type Socket struct {
	ctx      *Context
	typ      Type
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
	// of BindContext.
	opening    context.Context
	endOpening context.CancelFunc
}

// NewSocket makes a socket on the default context. The caller must close it.
func NewSocket(t Type, o Options) (*Socket, error) {
	c, err := DefaultContext()
	if err != nil {
		return nil, err
	}
	return c.NewSocket(t, o)
}

// NewSocket makes a socket on the context. The caller must close it, or the
// context.
func (c *Context) NewSocket(t Type, o Options) (*Socket, error) {
	if c == nil || c.sockets == nil {
		return nil, errZeroContext
	}
	descriptor := pattern.TypeOf(wire.SocketType(t))
	if descriptor == nil {
		return nil, &OptionError{Option: "Type", Err: noSuchType(t)}
	}
	if err := o.validate(t); err != nil {
		return nil, err
	}
	s := &Socket{ctx: c, typ: t, closed: make(chan struct{})}
	first := o.Subscribe
	o.Subscribe = nil // the pattern keeps them
	resolved := option.Resolve(o.values())
	s.pattern = descriptor.New(s.patternConfig(resolved))
	s.opening, s.endOpening = context.WithCancel(context.Background())
	s.settings.Store(s.newSettings(resolved))
	if err := c.add(s); err != nil {
		return nil, err
	}
	for _, prefix := range first {
		if err := s.Subscribe(prefix); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// mustBeInitialized panics for a zero Socket, where the call would otherwise fail
// without a clear reason. The fast calls leave this check to the pattern.
func (s *Socket) mustBeInitialized() {
	if s.pattern == nil {
		panic(pattern.ZeroSocket)
	}
}

// jitter is a random duration below its argument.
func jitter(below time.Duration) time.Duration {
	return rand.N(max(below, 1)) // rand.N panics for 0
}

// Type is the socket's type.
func (s *Socket) Type() Type { return s.typ }

// Send sends a message. The caller keeps m: it may send m again, also from
// another goroutine or to another socket, and may release it with [Msg.Release]
// afterwards. The program must not write to the frames of m from now on, because
// large frames are not copied. If no peer can take the message, the type decides:
// PUSH, DEALER, REQ and PAIR wait until ctx is done; PUB, REP and ROUTER drop the
// message and count it (a ROUTER with RouterMandatory waits or fails). Send fails
// with ErrReleased if m is a copy of a message that was released.
func (s *Socket) Send(ctx context.Context, m Msg) error { return s.pattern.Send(ctx, m) }

// TrySend sends a message as Send does, but fails with ErrWouldBlock where Send
// waits.
func (s *Socket) TrySend(m Msg) error { return s.pattern.TrySend(m) }

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

// SendOwned sends a message of one frame without copying it. If it succeeds, the
// program must not write to b any more. The program may read b, and send it
// again.
func (s *Socket) SendOwned(ctx context.Context, b []byte) error {
	return s.Send(ctx, message.Single(b))
}

// SendFrames sends a message of copies of the frames.
func (s *Socket) SendFrames(ctx context.Context, frames ...[]byte) error {
	return s.Send(ctx, message.Copy(frames...))
}

// Recv receives the next message, and waits for one until ctx is done. The
// message may be read and sent, but not written to, because over inproc other
// sockets may share its memory. [Msg.Clone] makes a message that may be written
// to.
func (s *Socket) Recv(ctx context.Context) (Msg, error) { return s.pattern.Recv(ctx) }

// TryRecv receives a message as Recv does, but fails with ErrWouldBlock where
// Recv waits.
func (s *Socket) TryRecv() (Msg, error) { return s.pattern.TryRecv() }

// RecvBytes receives a message of one frame, which belongs to the caller: it is a
// copy if others may read the same memory, as over inproc they may from 4 KiB on.
// If the message has several frames RecvBytes fails with ErrMultipart, and the message
// stays: the next Recv or RecvFrames returns it.
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

// RecvFrames receives a message and returns its frames. They belong to the
// caller, as the bytes of RecvBytes do.
func (s *Socket) RecvFrames(ctx context.Context) ([][]byte, error) {
	m, err := s.Recv(ctx)
	return m.OwnFrames(), err
}

// Messages iterates over messages as they arrive:
//
//	for m, err := range s.Messages(ctx) {
//		if err != nil {
//			return err
//		}
//		...
//	}
//
// The loop ends without an error when ctx is done or the socket is closed, which
// is the usual end of such a loop; ctx.Err() tells the two apart. Any other error
// of Recv is yielded once, as the last pair, with a message of no frames: the
// type does not receive (ErrNotSupported), a REQ or REP cannot receive now
// (ErrState), or the RecvTimeout passed (ErrTimeout).
func (s *Socket) Messages(ctx context.Context) iter.Seq2[Msg, error] {
	return func(yield func(Msg, error) bool) {
		for {
			m, err := s.Recv(ctx)
			if err != nil && (ctx.Err() != nil || errors.Is(err, ErrClosed)) {
				return
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// Readable returns a channel for select. It holds a token while a TryRecv may
// succeed. After taking the token, call TryRecv until it fails with
// ErrWouldBlock, or wait for the next token: there is one as long as messages
// wait. The channel is never closed.
func (s *Socket) Readable() <-chan struct{} {
	s.mustBeInitialized()
	return s.pattern.CanRecv()
}

// Writable returns a channel for select: it holds a token when a TrySend that
// failed may succeed now. Call TrySend first, and wait for the token when it
// fails.
func (s *Socket) Writable() <-chan struct{} {
	s.mustBeInitialized()
	return s.pattern.CanSend()
}

// Subscribe asks the publishers of a SUB socket, present and future, for messages
// whose first frame starts with prefix; "" matches all. Each call needs its own
// Unsubscribe. A prefix has at most 1 MiB: Subscribe refuses a longer one with
// ErrLongPrefix, because publishers would close the connection.
func (s *Socket) Subscribe(prefix string) error { return s.pattern.Subscribe([]byte(prefix)) }

// Unsubscribe undoes one Subscribe for the same prefix.
func (s *Socket) Unsubscribe(prefix string) error { return s.pattern.Unsubscribe([]byte(prefix)) }
