package netio

import (
	"net"

	"github.com/actum-go/actum/proactor"
)

// PacketConn is a net.PacketConn on a datagram handle. Like package net's types, it
// is also a net.Conn: a PacketConn that was dialled is connected to its peer. Any
// goroutine may use it.
//
// ReadFrom allocates a net.Addr for each datagram, as package net does;
// ReadFromAddr and WriteToAddr allocate nothing.
type PacketConn struct{ endpoint }

var (
	_ net.PacketConn = (*PacketConn)(nil)
	_ net.Conn       = (*PacketConn)(nil)
)

// NewPacketConn makes a PacketConn of a datagram handle and takes ownership of it.
// No operation may be outstanding on the handle.
func NewPacketConn(h *proactor.Handle) *PacketConn {
	c := new(PacketConn)
	c.init(h)
	return c
}

// ReadFrom receives one datagram. It waits until the read deadline. Bytes that do
// not fit in b are lost.
func (c *PacketConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromAddr(b)
	if err != nil {
		return n, nil, err
	}
	return n, c.netAddr(from), nil
}

// ReadFromAddr is ReadFrom with the address as a value.
func (c *PacketConn) ReadFromAddr(b []byte) (n int, from proactor.PacketAddr, err error) {
	n, from, err = c.receive(b)
	if err != nil {
		err = c.opError("read", err)
	}
	return n, from, err
}

func (c *PacketConn) receive(b []byte) (n int, from proactor.PacketAddr, err error) {
	if err = c.in.enter(); err != nil {
		return 0, from, err
	}
	defer c.in.leave()
	for {
		if err := c.in.begin(); err != nil {
			return 0, from, err
		}
		c.h.ReceiveFrom(&c.in.op, b)
		n, err := c.in.await()
		if err != proactor.ErrWouldBlock {
			return n, c.in.op.From(), err
		}
	}
}

// WriteTo sends b as one datagram to a *net.UDPAddr or a *net.UnixAddr. It waits
// for room until the write deadline. A nil addr means the peer of a PacketConn that
// was dialled.
func (c *PacketConn) WriteTo(b []byte, addr net.Addr) (int, error) {
	to, err := packetAddr(addr)
	if err != nil {
		return 0, opError("write", c.LocalAddr(), addr, err)
	}
	return c.WriteToAddr(b, to)
}

// WriteToAddr is WriteTo with the address as a value.
func (c *PacketConn) WriteToAddr(b []byte, to proactor.PacketAddr) (int, error) {
	n, err := c.send(b, to)
	if err != nil {
		remote := c.RemoteAddr()
		if to.IsValid() {
			remote = c.netAddr(to)
		}
		err = opError("write", c.LocalAddr(), remote, err)
	}
	return n, err
}

func (c *PacketConn) send(b []byte, to proactor.PacketAddr) (int, error) {
	if err := c.out.enter(); err != nil {
		return 0, err
	}
	defer c.out.leave()
	for {
		if err := c.out.begin(); err != nil {
			return 0, err
		}
		c.h.SendTo(&c.out.op, b, to)
		n, err := c.out.await()
		if err != proactor.ErrWouldBlock {
			return n, err
		}
	}
}

// packetAddr converts addr to the proactor's form.
func packetAddr(addr net.Addr) (to proactor.PacketAddr, err error) {
	switch a := addr.(type) {
	case nil:
	case *net.UDPAddr:
		to.AddrPort = a.AddrPort()
	case *net.UnixAddr:
		to.Path = a.Name
	default:
		err = &net.AddrError{Err: "want a *net.UDPAddr or *net.UnixAddr", Addr: addr.String()}
	}
	return to, err
}

// netAddr converts a to package net's form.
func (c *PacketConn) netAddr(a proactor.PacketAddr) net.Addr {
	if a.AddrPort.IsValid() {
		return net.UDPAddrFromAddrPort(a.AddrPort)
	}
	return &net.UnixAddr{Name: a.Path, Net: "unixgram"}
}

// Read is ReadFrom without the address.
func (c *PacketConn) Read(b []byte) (int, error) {
	n, _, err := c.ReadFromAddr(b)
	return n, err
}

// Write sends b as one datagram to the connected peer.
func (c *PacketConn) Write(b []byte) (int, error) {
	return c.WriteToAddr(b, proactor.PacketAddr{})
}
