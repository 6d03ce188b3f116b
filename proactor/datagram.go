package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// PacketAddr is where a datagram comes from or goes to: an AddrPort for UDP, a
// Path for Unix datagrams. Two of them can be compared with ==. A PacketAddr
// that is not valid stands for the peer of a connected socket, and for a Unix
// socket without a name.
type PacketAddr = backend.PacketAddr

// ListenPacket makes a handle of datagrams. network is "udp", "udp4", "udp6"
// (address is a literal IP:port; port 0 takes a free one: LocalAddr says which)
// or "unixgram" (a path, or @name for an abstract one; the file is removed when
// the handle is closed). o may be nil.
//
// Connect on one of these networks makes a handle of datagrams that is connected
// to one peer: it receives from nobody else, and sends to the PacketAddr{}. A
// "unixgram" one that wants answers is bound with SocketOptions.LocalAddr.
func (d *Dispatcher) ListenPacket(network, address string, o *SocketOptions) (*Handle, error) {
	if d.closed.Load() {
		return nil, closedError("listen on " + network + " " + address)
	}
	h, err := d.backend.ListenPacket(network, address, o)
	if err != nil {
		return nil, err
	}
	return d.newHandle(h), nil
}

// ReceiveFrom receives one datagram into b, which is the runtime's until the
// handler is called. op.N is its length, op.From where it comes from. An empty
// datagram is N == 0 and no error. Of one that is longer than b the rest is
// lost, and op.Truncated reports it.
//
// An error is the result of this operation alone: a connected UDP socket hears
// with syscall.ECONNREFUSED that nobody received what it has sent, and goes on.
func (h *Handle) ReceiveFrom(op *Operation, b []byte) {
	h.d.begin(op, KindReceiveFrom)
	f := op.few()
	f.datagram.Truncated = false
	op.op.Buf, op.op.Args = b, &f.datagram
	h.start(op)
}

// SendTo sends b as one datagram, which may be empty; b is the runtime's until the
// handler is called. It completes when the system has taken the datagram, which
// does not mean that anybody receives it. It waits while the system has no room.
// Only a Unix datagram to a socket whose queue is full, and that h is not
// connected to, fails with syscall.EAGAIN on some systems.
func (h *Handle) SendTo(op *Operation, b []byte, to PacketAddr) {
	h.d.begin(op, KindSendTo)
	f := op.few()
	f.datagram.Addr = to
	op.op.Buf, op.op.Args = b, &f.datagram
	h.start(op)
}

// From is where the datagram of a ReceiveFrom comes from. It allocates nothing.
func (o *Operation) From() PacketAddr {
	r := o.rare.Load()
	if r == nil {
		return PacketAddr{}
	}
	return r.datagram.Addr
}

// Truncated reports whether the datagram of a ReceiveFrom was longer than its
// buffer.
func (o *Operation) Truncated() bool {
	r := o.rare.Load()
	return r != nil && r.datagram.Truncated
}
