package backend

import "net/netip"

// Datagrams: receive-from and send-to.
//
// A datagram handle is made by [Backend.ListenPacket], or by a connect on a
// datagram network, which ties it to one peer. Each operation moves one whole
// datagram: a send sends all of Buf, a receive fills Buf from one datagram. An
// empty datagram is not the end of anything. A datagram longer than Buf is cut, and
// Truncated is set.
//
// A datagram socket has no end of stream, and an error is the result of one
// operation only: an absent peer (ECONNREFUSED, which a connected socket reports
// later) does not stop the next operation. A send waits while the system has no
// room. A Unix datagram to a peer that the socket is not connected to may fail with
// EAGAIN when the peer's queue is full, because the system does not report when it
// has room again.

// PacketAddr is the address of one end of a datagram. It is comparable.
type PacketAddr struct {
	AddrPort netip.AddrPort // UDP; IPv4 addresses are not mapped into IPv6
	Path     string         // Unix; @name for an abstract one, "" for a socket without a name
}

// IsValid reports whether a is an address.
func (a PacketAddr) IsValid() bool { return a.AddrPort.IsValid() || a.Path != "" }

// String returns a in the form that Connect takes.
func (a PacketAddr) String() string {
	if a.AddrPort.IsValid() {
		return a.AddrPort.String()
	}
	return a.Path
}

// Datagram is the Args of a receive-from or a send-to.
type Datagram struct {
	Addr      PacketAddr // send: the destination, invalid for the peer of a connected socket; receive: the source
	Truncated bool       // receive: the datagram was longer than Buf
}

// Datagram returns the Args of a receive-from or a send-to.
func (op *Op) Datagram() *Datagram { return op.Args.(*Datagram) }

// OnDatagrams reports whether k is a datagram operation.
func (k Kind) OnDatagrams() bool { return k == KindReceiveFrom || k == KindSendTo }

// Suits reports whether a handle can carry out operations of kind k. The handle is
// a listener, a datagram socket, or, if both flags are false, a stream.
func (k Kind) Suits(listener, datagrams bool) bool {
	switch {
	case k.OnFile():
		return false
	case listener:
		return k == KindAccept
	case datagrams:
		return k.OnDatagrams()
	}
	return k != KindAccept && !k.OnDatagrams()
}
