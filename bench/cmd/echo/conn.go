package main

import "github.com/actum-go/actum/proactor"

// conn is a connection. It owns no buffer while it waits: a receive takes one from
// the pool, which is written from and then given back. Once a connection is made,
// nothing is allocated for it.
type conn struct {
	handle   *proactor.Handle
	pool     *proactor.BufferPool
	incoming proactor.Operation
	outgoing proactor.Operation
	buffer   *proactor.Buffer // while there is something to answer
	rest     []byte           // of the answer: what is still to be written
}

func newConn(h *proactor.Handle, pool *proactor.BufferPool) *conn {
	c := &conn{handle: h, pool: pool}
	c.incoming.Handler = (*received)(c)
	c.outgoing.Handler = (*sent)(c)
	return c
}

// Each operation's handler is the connection itself under another type. That needs
// neither a closure nor a look-up of the connection.
type (
	received conn
	sent     conn
)

func (c *conn) receive() { c.handle.Receive(&c.incoming, c.pool) }

func (r *received) HandleCompletion(op *proactor.Operation) {
	c := (*conn)(r)
	if op.Err() != nil {
		c.handle.Close()
		return
	}
	c.buffer = op.Buffer()
	c.rest = c.buffer.Bytes()
	c.send()
}

// send starts an operation, which goes to the kernel together with those of all
// other connections that have received something. TryWrite would make a system call
// for each.
func (c *conn) send() { c.handle.Write(&c.outgoing, c.rest) }

func (s *sent) HandleCompletion(op *proactor.Operation) {
	c := (*conn)(s)
	if err := op.Err(); err != nil {
		c.buffer.Release()
		c.handle.Close()
		return
	}
	if c.rest = c.rest[op.N():]; len(c.rest) > 0 {
		c.send()
		return
	}
	c.buffer.Release()
	c.receive()
}
