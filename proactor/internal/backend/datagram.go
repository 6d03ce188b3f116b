package backend

import "net/netip"

// Datagrams: receive-from and send-to.
//
// A handle of datagrams is made by [Backend.ListenPacket], or connected to one
// peer by a connect on a network of datagrams. Each operation is about one whole
// datagram: a send takes all of Buf, a receive brings one, which may be empty:
// that is no end. One that is longer than Buf is cut, and Truncated says so.
//
// A socket has no end, and errors are results of one operation: that a peer is
// not there (ECONNREFUSED, which a connected socket hears later) does not stop
// the next one. Sends wait while the system has no room; a Unix datagram to a
// peer that the socket is not connected to may fail with EAGAIN when that one's
// queue is full, because nothing tells when it is not.

// PacketAddr is an end of a datagram. It can be compared.
type PacketAddr struct {
	AddrPort netip.AddrPort // UDP; an IPv4 address as such, not mapped into IPv6
	Path     string         // Unix; @name for an abstract one, "" for a socket without a name
}

// IsValid reports whether a names anything.
func (a PacketAddr) IsValid() bool { return a.AddrPort.IsValid() || a.Path != "" }

// String is a as it would be given to Connect.
func (a PacketAddr) String() string {
	if a.AddrPort.IsValid() {
		return a.AddrPort.String()
	}
	return a.Path
}

// Datagram is the Args of a receive-from and of a send-to.
type Datagram struct {
	Addr      PacketAddr // send: where to, invalid for the peer of a connected socket; receive: where from
	Truncated bool       // receive: it was longer than Buf
}

// Datagram is what op, a receive-from or a send-to, is about.
func (op *Op) Datagram() *Datagram { return op.Args.(*Datagram) }

// OnDatagrams reports whether operations of this kind are for datagrams.
func (k Kind) OnDatagrams() bool { return k == KindReceiveFrom || k == KindSendTo }

// Suits reports whether operations of this kind are for a listener, for a handle
// of datagrams, or, when it is neither, for a stream.
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
