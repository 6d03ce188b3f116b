// Package xor is a layer on tcp for tests: its streams change the bytes and their
// number, as encryption does, after a handshake of their own. It registers its
// scheme as a package with a layer would.
package xor

import (
	"fmt"
	"io"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/stream"
	"github.com/actum-go/actum/zmq/internal/transport"
	"github.com/actum-go/actum/zmq/internal/transport/tcp"
)

// Scheme is the scheme of the layer's endpoints.
const Scheme = "xor"

func init() {
	endpoint.Register(Scheme, endpoint.HostPort)
	transport.Register(Scheme, func(c *transport.Config) transport.Transport {
		return &transport.Layer{Below: tcp.New(c), Timeout: c.HandshakeTimeout, Handshake: startHandshake}
	})
}

// The words of the handshake: the side that has dialled speaks first.
const (
	hello   = "HELO"
	welcome = "OKAY"
)

var handshakes atomic.Int32

// Handshakes returns the number of handshakes in progress.
func Handshakes() int { return int(handshakes.Load()) }

// handshake writes a word and reads one, in the order that
// its side has.
type handshake struct {
	about      transport.Handshake
	s          stream.Stream
	op         proactor.Operation
	word       []byte // what is left to write, or to read into
	read       []byte // the word of the peer, being read
	said       bool   // this side's word is written
	heard      bool
	say, await string
	done       func(stream.Stream, error)
}

func startHandshake(about transport.Handshake, s stream.Stream, done func(stream.Stream, error)) {
	h := &handshake{about: about, s: s, done: done, say: hello, await: welcome}
	if about.Accepted {
		h.say, h.await = h.await, h.say
	}
	h.op.Handler = h
	handshakes.Add(1)
	h.next()
}

// next writes this side's word, or reads the peer's.
func (h *handshake) next() {
	switch {
	case !h.said && (h.heard || !h.about.Accepted):
		h.word = []byte(h.say)
		h.s.Write(&h.op, h.word)
	case !h.heard:
		h.read = make([]byte, len(h.await))
		h.word = h.read
		h.s.Read(&h.op, h.word)
	default:
		h.end(newStream(h.about.Dispatcher, h.s), nil)
	}
}

func (h *handshake) HandleCompletion(op *proactor.Operation) {
	reading := h.read != nil
	h.word = h.word[op.N():]
	switch {
	case op.Err() == io.EOF:
		h.end(nil, io.ErrUnexpectedEOF)
	case op.Err() != nil:
		h.end(nil, op.Err())
	case len(h.word) > 0 && reading:
		h.s.Read(op, h.word)
	case len(h.word) > 0:
		h.s.Write(op, h.word)
	case !reading:
		h.said = true
		h.next()
	case string(h.read) != h.await:
		h.end(nil, &transport.Error{Step: transport.StepHandshake, Permanent: true,
			Err: fmt.Errorf("the peer says %q instead of %q", h.read, h.await)})
	default:
		h.heard, h.read = true, nil
		h.next()
	}
}

func (h *handshake) end(s *xorStream, err error) {
	handshakes.Add(-1)
	if err != nil {
		h.done(nil, err)
		return
	}
	h.done(s, nil)
}
