package zmq

import (
	"context"
	"errors"
	"iter"

	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Socket is a ZeroMQ socket. Any number of goroutines may call its methods at
// once.
type Socket struct{ core core.Socket }

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
	if c == nil || !c.core.Opened() {
		return nil, errZeroContext
	}
	s := new(Socket)
	if err := s.core.Open(&c.core, wire.SocketType(t), o.values()); err != nil {
		return nil, optionError(err)
	}
	return s, nil
}

// errZeroContext refuses a Context that NewContext did not make.
var errZeroContext = errors.New("zmq: NewSocket: the Context was not made with NewContext: make it so, or use zmq.NewSocket, which has a context of its own")

// Type is the socket's type.
func (s *Socket) Type() Type { return Type(s.core.Type()) }

// Send sends a message. The caller keeps m: it may send m again, also from
// another goroutine or to another socket, and may release it with [Msg.Release]
// afterwards. The program must not write to the frames of m from now on, because
// large frames are not copied. If no peer can take the message, the type decides:
// PUSH, DEALER, REQ and PAIR wait until ctx is done; PUB, REP and ROUTER drop the
// message and count it (a ROUTER with RouterMandatory waits or fails). Send fails
// with ErrReleased if m is a copy of a message that was released.
func (s *Socket) Send(ctx context.Context, m Msg) error { return s.core.Send(ctx, message.Msg(m)) }

// TrySend sends a message as Send does, but fails with ErrWouldBlock where Send
// waits.
func (s *Socket) TrySend(m Msg) error { return s.core.TrySend(message.Msg(m)) }

// SendBytes sends a message of one frame. b is copied, and the caller keeps it.
func (s *Socket) SendBytes(ctx context.Context, b []byte) error { return s.core.SendBytes(ctx, b) }

// SendOwned sends a message of one frame without copying it. If it succeeds, the
// program must not write to b any more. The program may read b, and send it
// again.
func (s *Socket) SendOwned(ctx context.Context, b []byte) error {
	return s.core.Send(ctx, message.Single(b))
}

// SendFrames sends a message of copies of the frames.
func (s *Socket) SendFrames(ctx context.Context, frames ...[]byte) error {
	return s.core.SendFrames(ctx, frames...)
}

// Recv receives the next message, and waits for one until ctx is done. The
// message may be read and sent, but not written to, because over inproc other
// sockets may share its memory. [Msg.Clone] makes a message that may be written
// to.
func (s *Socket) Recv(ctx context.Context) (Msg, error) {
	m, err := s.core.Pattern().Recv(ctx)
	return Msg(m), err
}

// TryRecv receives a message as Recv does, but fails with ErrWouldBlock where
// Recv waits.
func (s *Socket) TryRecv() (Msg, error) {
	m, err := s.core.TryRecv()
	return Msg(m), err
}

// RecvBytes receives a message of one frame, which belongs to the caller: it is a
// copy if others may read the same memory, as over inproc they may from 4 KiB on.
// If the message has several frames RecvBytes fails with ErrMultipart, and the message
// stays: the next Recv or RecvFrames returns it.
func (s *Socket) RecvBytes(ctx context.Context) ([]byte, error) { return s.core.RecvBytes(ctx) }

// RecvFrames receives a message and returns its frames. They belong to the
// caller, as the bytes of RecvBytes do.
func (s *Socket) RecvFrames(ctx context.Context) ([][]byte, error) {
	m, err := s.core.Recv(ctx)
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
func (s *Socket) Readable() <-chan struct{} { return s.core.Readable() }

// Writable returns a channel for select: it holds a token when a TrySend that
// failed may succeed now. Call TrySend first, and wait for the token when it
// fails.
func (s *Socket) Writable() <-chan struct{} { return s.core.Writable() }

// Subscribe asks the publishers of a SUB socket, present and future, for messages
// whose first frame starts with prefix; "" matches all. Each call needs its own
// Unsubscribe. A prefix has at most 1 MiB: Subscribe refuses a longer one with
// ErrLongPrefix, because publishers would close the connection.
func (s *Socket) Subscribe(prefix string) error { return s.core.Subscribe(prefix) }

// Unsubscribe undoes one Subscribe for the same prefix.
func (s *Socket) Unsubscribe(prefix string) error { return s.core.Unsubscribe(prefix) }
