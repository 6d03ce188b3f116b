package main

import (
	"github.com/actum-go/actum/bench/internal/echo"
	"github.com/actum-go/actum/proactor"
)

// conn is a connection with everything that it needs: after it is made nothing
// is allocated for it. One operation reads and the other writes, never both at
// a time, so that they share the buffer.
type conn struct {
	handle   *proactor.Handle
	incoming proactor.Operation
	outgoing proactor.Operation
	rest     []byte // of the answer: what is still to be written
	buf      [echo.BufferSize]byte
}

func newConn(h *proactor.Handle) *conn {
	c := &conn{handle: h}
	c.incoming.Handler = (*received)(c)
	c.outgoing.Handler = (*sent)(c)
	return c
}

// Each operation's handler is the connection itself under another type: no
// closure, and no look-up of what the completion is about.
type (
	received conn
	sent     conn
)

func (c *conn) read() { c.handle.Read(&c.incoming, c.buf[:]) }

func (r *received) HandleCompletion(op *proactor.Operation) {
	c := (*conn)(r)
	if op.Err() != nil {
		c.handle.Close()
		return
	}
	c.rest = c.buf[:op.N()]
	c.write()
}

// write starts an operation, which goes to the kernel together with those of
// all connections that something came from. A TryWrite here would be a system
// call for each.
func (c *conn) write() { c.handle.Write(&c.outgoing, c.rest) }

func (s *sent) HandleCompletion(op *proactor.Operation) {
	c := (*conn)(s)
	if op.Err() != nil {
		c.handle.Close()
		return
	}
	if c.rest = c.rest[op.N():]; len(c.rest) > 0 {
		c.write()
		return
	}
	c.read()
}
