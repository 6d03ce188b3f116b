package netio

import (
	"net"

	"github.com/actum-go/actum/proactor"
)

// PacketConn is a handle of datagrams as a net.PacketConn, and, as net's own are,
// as a net.Conn: one that was dialled is connected to its peer. It is safe for
// use from any goroutine.
//
// ReadFrom makes a net.Addr for each datagram, as package net does; ReadFromAddr
// and WriteToAddr allocate nothing.
type PacketConn struct{ ends }

var (
	_ net.PacketConn = (*PacketConn)(nil)
	_ net.Conn       = (*PacketConn)(nil)
)

// NewPacketConn makes a PacketConn of a handle of datagrams, which is the
// PacketConn's from then on. Nothing may be outstanding on it.
func NewPacketConn(h *proactor.Handle) *PacketConn {
	c := new(PacketConn)
	c.init(h)
	return c
}

// ReadFrom receives one datagram, and waits for it until the read deadline. What
// does not fit in b is lost.
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

// WriteTo sends b as one datagram to a *net.UDPAddr or a *net.UnixAddr, and waits
// for the system to have room for it until the write deadline. nil is the peer of
// a PacketConn that was dialled.
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

// packetAddr is addr as the proactor knows it.
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

// netAddr is a as package net knows it.
func (c *PacketConn) netAddr(a proactor.PacketAddr) net.Addr {
	if a.AddrPort.IsValid() {
		return net.UDPAddrFromAddrPort(a.AddrPort)
	}
	return &net.UnixAddr{Name: a.Path, Net: "unixgram"}
}

// Read is ReadFrom for those who know whom they are connected to.
func (c *PacketConn) Read(b []byte) (int, error) {
	n, _, err := c.ReadFromAddr(b)
	return n, err
}

// Write sends b as one datagram to the peer that the PacketConn is connected to.
func (c *PacketConn) Write(b []byte) (int, error) {
	return c.WriteToAddr(b, proactor.PacketAddr{})
}
