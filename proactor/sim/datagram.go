package sim

import (
	"net"
	"net/netip"
	"os"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// packet is a datagram handle.
//
//	send-to → (Lose, Duplicate, Delay) → deliver → queue → receive-from
//
// UDP drops a datagram when the queue is full or there is no receiver; a connected
// sender gets an error for the latter. Unix datagrams are not lost and stay in
// order: a sender to a full queue waits.
type packet struct {
	handle
	backend.NoStream
	network   string
	at        endpoint // the bound address; a Unix socket may have none
	peer      endpoint // of a connected socket
	connected bool     // the socket is connected
	limit     int      // maximum number of bytes in queue

	r, w    direction
	queue   []datagram
	queued  int       // bytes in queue
	blocked []*packet // senders that wait for room
	refused bool      // the next receive fails, because the peer of the connected socket is absent
	running bool      // run is in progress
}

// datagram is a datagram that has arrived.
type datagram struct {
	from backend.PacketAddr
	data []byte
}

// flight is a datagram that arrives later.
type flight struct {
	event
	d     datagram
	from  *packet
	where endpoint
}

// ListenPacket makes a datagram handle.
func (b *attachment) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
	n := b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	err := backend.CheckPacketAddress(network, address)
	var at endpoint
	if err == nil {
		at, err = parse(network, address)
	}
	if b.closed {
		err = backend.ErrBackendClosed
	}
	if err == nil {
		at, err = n.bindPacket(at)
	}
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: name(address), Err: err}
	}
	return b.newPacket(network, at, o), nil
}

func (b *attachment) newPacket(network string, at endpoint, o *backend.SocketOptions) *packet {
	n := b.net
	p := &packet{network: network, at: at, limit: n.capacity(0, 0)}
	p.handle = handle{net: n, b: b, who: n.ident('d'), local: at.packetAddr()}
	if o != nil && o.RecvBuffer > 0 {
		p.limit = o.RecvBuffer
	}
	p.r.init(b, p.who, p.run)
	p.w.init(b, p.who, p.run)
	if at != (endpoint{}) {
		n.packets[at] = p
	}
	b.addHandle(p)
	n.note(record{verb: verbListen, who: p.who})
	return p
}

// bindPacket gives at a free port, if it has none.
func (n *Network) bindPacket(at endpoint) (endpoint, error) {
	if !at.at.IsValid() || at.at.Port() != 0 {
		if n.packets[at] != nil {
			return at, os.NewSyscallError("bind", backend.EADDRINUSE)
		}
		return at, nil
	}
	for range 1<<16 - firstPort {
		if n.port++; n.port < firstPort {
			n.port = firstPort
		}
		if c := at.withPort(n.port); n.receiver(c) == nil {
			return c, nil
		}
	}
	return at, errNoPort
}

// receiver finds the socket that receives datagrams sent to e.
func (n *Network) receiver(e endpoint) *packet {
	if p := n.packets[e]; p != nil || !e.at.IsValid() {
		return p
	}
	any4 := endpoint{at: netip.AddrPortFrom(netip.IPv4Unspecified(), e.at.Port())}
	any6 := endpoint{at: netip.AddrPortFrom(netip.IPv6Unspecified(), e.at.Port())}
	if p := n.packets[any4]; p != nil && e.at.Addr().Is4() {
		return p
	}
	return n.packets[any6]
}

// connectPacket makes a socket that is connected to one peer, and completes op at
// once.
func (b *attachment) connectPacket(op *backend.Op) {
	args := op.Connect()
	h := new(direction)
	h.init(b, b.net.ident('n'), func() {})
	h.start(op)
	p, err := b.newConnectedPacket(args)
	if err != nil {
		h.complete(op, 0, &net.OpError{Op: "dial", Net: args.Network, Addr: name(args.Address), Err: err})
		return
	}
	op.New = p
	h.complete(op, 0, nil)
}

func (b *attachment) newConnectedPacket(args *backend.ConnectArgs) (*packet, error) {
	n := b.net
	to, err := parsePeer(args.Network, args.Address)
	if err != nil {
		return nil, err
	}
	from := to.withPort(0)
	if !to.at.IsValid() {
		from = endpoint{}
		if n.receiver(to) == nil {
			return nil, os.NewSyscallError("connect", to.absent())
		}
	}
	if o := args.Socket; o != nil && o.LocalAddr != "" {
		if from, err = parse(args.Network, o.LocalAddr); err != nil {
			return nil, err
		}
	}
	if from != (endpoint{}) {
		if from, err = n.bindPacket(from); err != nil {
			return nil, err
		}
	}
	p := b.newPacket(args.Network, from, args.Socket)
	p.peer, p.connected, p.remote = to, true, to.packetAddr()
	return p, nil
}
