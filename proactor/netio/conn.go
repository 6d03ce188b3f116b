package netio

import (
	"io"
	"net"

	"github.com/actum-go/actum/proactor"
)

// Conn is a stream as a net.Conn. It is safe for use from any goroutine.
type Conn struct{ ends }

var (
	_ net.Conn      = (*Conn)(nil)
	_ io.ReaderFrom = (*Conn)(nil)
)

// NewConn makes a Conn of a stream, which is the Conn's from then on. Nothing
// may be outstanding on it.
func NewConn(h *proactor.Handle) *Conn {
	c := new(Conn)
	c.init(h)
	return c
}

// Read reads at least one byte, at most len(b), and waits for it until the read
// deadline. At the end of the stream it returns io.EOF.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.read(b)
	if err != nil {
		err = c.opError("read", err)
	}
	return n, err
}

func (c *Conn) read(b []byte) (n int, err error) {
	if err = c.in.enter(); err != nil {
		return 0, err
	}
	defer c.in.leave()
	n, err = c.h.TryRead(b)
	for err == proactor.ErrWouldBlock {
		if err := c.in.begin(); err != nil {
			return 0, err
		}
		c.h.Read(&c.in.op, b)
		n, err = c.in.await()
	}
	return n, err
}

// Write writes all of b, and waits for room until the write deadline. If it
// returns an error the first n bytes were written.
func (c *Conn) Write(b []byte) (int, error) {
	n, err := c.write(b)
	if err != nil {
		err = c.opError("write", err)
	}
	return n, err
}

func (c *Conn) write(b []byte) (n int, err error) {
	if err = c.out.enter(); err != nil {
		return 0, err
	}
	defer c.out.leave()
	for {
		m, err := c.h.TryWrite(b[n:])
		for err == proactor.ErrWouldBlock {
			if err := c.out.begin(); err != nil {
				return n, err
			}
			c.h.Write(&c.out.op, b[n:])
			m, err = c.out.await()
		}
		n += m
		if err != nil || n == len(b) {
			return n, err
		}
	}
}

// WriteBuffers is a gather write: it writes the buffers of v in order, as one
// Write, without copying them together. It consumes v as net.Buffers.WriteTo
// does: what is left in it was not written.
func (c *Conn) WriteBuffers(v *net.Buffers) (int64, error) {
	n, err := c.writeBuffers(v)
	if err != nil {
		err = c.opError("writev", err)
	}
	return n, err
}

func (c *Conn) writeBuffers(v *net.Buffers) (n int64, err error) {
	if err = c.out.enter(); err != nil {
		return 0, err
	}
	defer c.out.leave()
	for err == nil && len(*v) > 0 {
		var m int
		m, err = c.h.TryWriteV(*v)
		for err == proactor.ErrWouldBlock {
			if err := c.out.begin(); err != nil {
				return n, err
			}
			c.h.WriteV(&c.out.op, *v)
			m, err = c.out.await()
		}
		n += int64(m)
		consume(v, m)
	}
	return n, err
}

// consume takes the first n bytes off v, and the empty buffers before the next.
func consume(v *net.Buffers, n int) {
	for len(*v) > 0 {
		first := (*v)[0]
		if n < len(first) {
			(*v)[0] = first[n:]
			return
		}
		n -= len(first)
		(*v)[0] = nil
		*v = (*v)[1:]
	}
}

// CloseWrite ends the writing side: the peer reads what was written, then io.EOF.
// Later writes fail with syscall.EPIPE; reading goes on.
func (c *Conn) CloseWrite() error { return c.opError("close", c.h.CloseWrite()) }
