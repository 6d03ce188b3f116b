package netio

import (
	"io"
	"net"

	"github.com/actum-go/actum/proactor"
)

// Conn is a net.Conn on a stream handle. Any goroutine may use it.
type Conn struct{ endpoint }

var (
	_ net.Conn      = (*Conn)(nil)
	_ io.ReaderFrom = (*Conn)(nil)
)

// NewConn makes a Conn of a stream handle and takes ownership of it. No operation
// may be outstanding on the handle.
func NewConn(h *proactor.Handle) *Conn {
	c := new(Conn)
	c.init(h)
	c.in.initReadable(h)
	return c
}

// Read reads at least one and at most len(b) bytes. It waits until the read
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
		if c.in.readable.handle != nil {
			if err := c.in.awaitReadable(); err != nil {
				return 0, err
			}
			n, err = c.h.TryRead(b)
			continue
		}
		if err := c.in.begin(); err != nil {
			return 0, err
		}
		c.h.Read(&c.in.op, b)
		n, err = c.in.await()
	}
	return n, err
}

// Write writes all of b. It waits for room until the write deadline. If it returns
// an error, the first n bytes were written.
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
// Write, without copying them into one buffer. It consumes v as net.Buffers.WriteTo
// does: buffers that remain in v were not written.
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

// consume removes the first n bytes of v, and empty buffers that follow them.
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

// CloseWrite ends the write side: the peer reads what was written, then io.EOF.
// Later writes fail with syscall.EPIPE; reads still work.
func (c *Conn) CloseWrite() error { return c.opError("close", c.h.CloseWrite()) }
