package netio

import (
	"net"
	"time"

	"github.com/actum-go/actum/proactor"
)

// ends is what streams and datagrams have in common: a handle with two
// directions, each with a deadline of its own.
type ends struct {
	h       *proactor.Handle
	in, out half
}

func (c *ends) init(h *proactor.Handle) {
	c.h = h
	c.in.init(h.Dispatcher())
	c.out.init(h.Dispatcher())
}

// Close closes the connection. What is blocked in another call returns
// net.ErrClosed, and so does a second Close.
func (c *ends) Close() error {
	if !c.in.close() {
		return c.opError("close", net.ErrClosed)
	}
	c.out.close()
	return c.h.Close()
}

// LocalAddr is the address of this end.
func (c *ends) LocalAddr() net.Addr { return c.h.LocalAddr() }

// RemoteAddr is the address of the other end; nil if there is none.
func (c *ends) RemoteAddr() net.Addr { return c.h.RemoteAddr() }

// SetDeadline sets both deadlines.
func (c *ends) SetDeadline(t time.Time) error {
	err := c.in.setDeadline(t)
	if err == nil {
		err = c.out.setDeadline(t)
	}
	return c.opError("set", err)
}

// SetReadDeadline sets when reading, also one in progress, gives up with
// os.ErrDeadlineExceeded; the zero time is never.
func (c *ends) SetReadDeadline(t time.Time) error { return c.opError("set", c.in.setDeadline(t)) }

// SetWriteDeadline sets when writing, also one in progress, gives up with
// os.ErrDeadlineExceeded; the zero time is never. What was written until then was
// written.
func (c *ends) SetWriteDeadline(t time.Time) error { return c.opError("set", c.out.setDeadline(t)) }

func (c *ends) opError(op string, err error) error {
	return opError(op, c.LocalAddr(), c.RemoteAddr(), err)
}
