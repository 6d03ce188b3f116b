package netio

import (
	"net"
	"time"

	"github.com/actum-go/actum/proactor"
)

// endpoint is the common part of Conn and PacketConn: a handle with two directions,
// each with its own deadline.
type endpoint struct {
	h       *proactor.Handle
	in, out direction
}

func (c *endpoint) init(h *proactor.Handle) {
	c.h = h
	c.in.init(h.Dispatcher())
	c.out.init(h.Dispatcher())
}

// Close closes the connection. Blocked calls return net.ErrClosed, and so does a
// second Close.
func (c *endpoint) Close() error {
	if !c.in.close() {
		return c.opError("close", net.ErrClosed)
	}
	c.out.close()
	return c.h.Close()
}

// LocalAddr returns the address of this end.
func (c *endpoint) LocalAddr() net.Addr { return c.h.LocalAddr() }

// RemoteAddr returns the address of the other end; nil if there is none.
func (c *endpoint) RemoteAddr() net.Addr { return c.h.RemoteAddr() }

// SetDeadline sets both deadlines.
func (c *endpoint) SetDeadline(t time.Time) error {
	err := c.in.setDeadline(t)
	if err == nil {
		err = c.out.setDeadline(t)
	}
	return c.opError("set", err)
}

// SetReadDeadline sets the time at which reads, also one in progress, fail with
// os.ErrDeadlineExceeded; the zero time means no deadline.
func (c *endpoint) SetReadDeadline(t time.Time) error { return c.opError("set", c.in.setDeadline(t)) }

// SetWriteDeadline sets the time at which writes, also one in progress, fail with
// os.ErrDeadlineExceeded; the zero time means no deadline. Bytes written until then
// stay written.
func (c *endpoint) SetWriteDeadline(t time.Time) error { return c.opError("set", c.out.setDeadline(t)) }

func (c *endpoint) opError(op string, err error) error {
	return opError(op, c.LocalAddr(), c.RemoteAddr(), err)
}
