package sim

import (
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// packet is a handle of datagrams.
//
//	send-to → (Lose, Duplicate, Delay) → deliver → queue → receive-from
//
// UDP drops what finds the queue full, and what nobody is there for; a socket
// that is connected hears of the latter. Unix datagrams are not lost and stay in
// order: who sends to a full queue waits.
type packet struct {
	b       *Backend
	who     ident
	network string
	at      endpoint // where it is bound; a Unix socket may be nowhere
	peer    endpoint // of a connected one
	joined  bool     // it is connected
	limit   int      // bytes in queue

	r, w    half
	queue   []datagram
	queued  int       // bytes in queue
	blocked []*packet // who waits for room
	refused bool      // a connected socket was told that its peer is not there
	closed  error     // why it is: the error of every further operation
	running bool      // inside run
	place   int       // in b.handles
}

// datagram is one that has arrived.
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

// ListenPacket makes a handle of datagrams.
func (b *Backend) ListenPacket(network, address string, o *backend.SocketOptions) (backend.Handle, error) {
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

func (b *Backend) newPacket(network string, at endpoint, o *backend.SocketOptions) *packet {
	n := b.net
	p := &packet{b: b, who: n.ident('d'), network: network, at: at, limit: n.capacity(0, 0)}
	if o != nil && o.RecvBuffer > 0 {
		p.limit = o.RecvBuffer
	}
	p.r.init(b, p.who, p.run)
	p.w.init(b, p.who, p.run)
	if at != (endpoint{}) {
		n.packets[at] = p
	}
	b.enter(p)
	n.note(record{verb: verbListen, who: p.who})
	return p
}

// bindPacket finds a free port if at has none.
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

// receiver finds who gets what is sent to e.
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

// connectPacket makes a socket that talks to one peer, at once.
func (b *Backend) connectPacket(op *backend.Op) {
	args := op.Connect()
	h := new(half)
	h.init(b, b.net.ident('n'), func() {})
	h.start(op)
	p, err := b.joinPacket(args)
	if err != nil {
		h.complete(op, 0, &net.OpError{Op: "dial", Net: args.Network, Addr: name(args.Address), Err: err})
		return
	}
	op.New = p
	h.complete(op, 0, nil)
}

func (b *Backend) joinPacket(args *backend.ConnectArgs) (*packet, error) {
	n := b.net
	to, err := parse(args.Network, args.Address)
	if err != nil {
		return nil, err
	}
	to = to.reachable()
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
	p.peer, p.joined = to, true
	return p, nil
}

// run carries out what can be. A datagram to its own sender leads back here: what
// it makes possible is seen when the send is done.
func (p *packet) run() {
	if p.running {
		return
	}
	p.running = true
	defer func() { p.running = false }()
	for p.receive() || p.send() {
	}
}

// receive carries out one receive-from. It reports whether it did.
func (p *packet) receive() bool {
	op := p.r.next()
	if op == nil || len(p.queue) == 0 && !p.refused {
		return false
	}
	if p.refused {
		p.refused = false
		p.r.complete(op, 0, p.errno("read", backend.ECONNREFUSED))
		return true
	}
	d := p.queue[0]
	p.queue = append(p.queue[:0], p.queue[1:]...)
	p.queued -= len(d.data)
	args := op.Datagram()
	args.Addr, args.Truncated = d.from, len(op.Buf) < len(d.data)
	moved := copy(op.Buf, d.data)
	p.b.net.note(record{verb: verbReceive, who: p.who, n: moved, of: len(op.Buf)})
	p.r.complete(op, moved, nil)
	waiting := p.blocked
	p.blocked = nil
	for _, s := range waiting {
		s.run()
	}
	return true
}

// send carries out one send-to. It reports whether it did.
func (p *packet) send() bool {
	op := p.w.next()
	if op == nil {
		return false
	}
	to, err := p.destination(op)
	if err == nil && p.refused {
		p.refused = false
		err = p.errno("write", backend.ECONNREFUSED)
	}
	if err == nil && !p.dispatch(op, to, &err) {
		return false
	}
	moved := len(op.Buf)
	if err != nil {
		moved = 0
	}
	p.b.net.note(record{verb: verbSend, who: p.who, n: moved, of: len(op.Buf), err: err})
	p.w.complete(op, moved, err)
	return true
}

// destination is where op goes to.
func (p *packet) destination(op *backend.Op) (endpoint, error) {
	addr := op.Datagram().Addr
	if !addr.IsValid() && p.joined {
		return p.peer, nil
	}
	if addr.IsValid() && !p.joined && (addr.Path != "") == backend.IsUnix(p.network) {
		ip := netip.AddrPortFrom(addr.AddrPort.Addr().Unmap(), addr.AddrPort.Port())
		return endpoint{path: addr.Path, at: ip}.reachable(), nil
	}
	err := &net.AddrError{Err: "not an address that this socket can send to", Addr: addr.String()}
	return endpoint{}, &net.OpError{Op: "write", Net: p.network, Source: p.LocalAddr(), Err: err}
}

// dispatch sends op on its way. It reports false if op has to wait.
func (p *packet) dispatch(op *backend.Op, to endpoint, err *error) bool {
	n := p.b.net
	d := datagram{p.source(to), append([]byte(nil), op.Buf...)}
	if backend.IsUnix(p.network) {
		target := n.receiver(to)
		switch {
		case target == nil:
			*err = p.errno("write", to.absent())
		case target.queued+len(d.data) > target.limit && len(target.queue) > 0:
			target.blocked = append(target.blocked, p)
			return false
		default:
			target.take(d)
		}
		return true
	}
	if n.chance(lost, p.who) {
		return true
	}
	copies := 1
	if n.chance(duplicated, p.who) {
		copies = 2
	}
	for range copies {
		if n.chance(delayed, p.who) {
			f := &flight{d: d, from: p, where: to}
			f.owner = f
			n.schedule(&f.event, n.now+n.delay())
		} else {
			p.deliver(d, to)
		}
	}
	return true
}

func (f *flight) fire(*event) { f.from.deliver(f.d, f.where) }

// deliver brings d, which p has sent, to where it goes.
func (p *packet) deliver(d datagram, to endpoint) {
	target := p.b.net.receiver(to)
	switch {
	case target == nil:
		p.refused = p.joined && p.closed == nil
		p.run()
	case target.joined && target.peer.at != d.from.AddrPort:
	case target.queued+len(d.data) <= target.limit || len(target.queue) == 0:
		target.take(d)
	}
}

func (p *packet) take(d datagram) {
	p.b.net.note(record{verb: verbDeliver, who: p.who, n: len(d.data)})
	p.queue = append(p.queue, d)
	p.queued += len(d.data)
	p.run()
}

// source is what a receiver at to sees as the sender.
func (p *packet) source(to endpoint) backend.PacketAddr {
	from := p.at
	if from.wildcard() && to.at.Addr().Is4() {
		from.at = netip.AddrPortFrom(netip.IPv4Unspecified(), from.at.Port())
	}
	return backend.PacketAddr{AddrPort: from.reachable().at, Path: from.path}
}

// feasible says whether op will complete by itself.
func (p *packet) feasible(op *backend.Op) bool {
	if op.Kind == backend.KindReceiveFrom {
		return len(p.queue) > 0 || p.refused
	}
	return !backend.IsUnix(p.network)
}

func (p *packet) abandon(err error) {
	p.closed = err
	p.r.close(err)
	p.w.close(err)
}

func (p *packet) shut(err error) {
	n := p.b.net
	n.note(record{verb: verbClose, who: p.who})
	p.abandon(err)
	if n.packets[p.at] == p {
		delete(n.packets, p.at)
	}
	p.b.leave(p)
	p.queue = nil
	for _, s := range p.blocked {
		s.run()
	}
	p.blocked = nil
}

func (p *packet) cancel() {
	p.r.cancelAll()
	p.w.cancelAll()
}

func (p *packet) position() *int { return &p.place }

// locked calls f with the network locked.
func (p *packet) locked(f func()) {
	n := p.b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.look()
	f()
}

// Cancel ends what is outstanding early.
func (p *packet) Cancel() { p.locked(p.cancel) }

// Close ends the handle.
func (p *packet) Close() error {
	p.locked(func() {
		if p.closed == nil {
			p.shut(backend.ErrHandleClosed)
		}
	})
	return nil
}

// LocalAddr is where it is bound.
func (p *packet) LocalAddr() net.Addr { return p.at.packetAddr() }

// RemoteAddr is the peer of a connected one.
func (p *packet) RemoteAddr() net.Addr {
	if !p.joined {
		return nil
	}
	return p.peer.packetAddr()
}

// packetAddr is e as the net package writes it.
func (e endpoint) packetAddr() net.Addr {
	if !e.at.IsValid() {
		return &net.UnixAddr{Name: e.path, Net: "unixgram"}
	}
	return net.UDPAddrFromAddrPort(e.at)
}

func (p *packet) errno(call string, e syscall.Errno) error {
	return &net.OpError{Op: call, Net: p.network, Source: p.LocalAddr(), Addr: p.RemoteAddr(), Err: os.NewSyscallError(call, e)}
}

// TryRead fails: it is for streams, as the next three are.
func (p *packet) TryRead([]byte) (int, error) { return 0, backend.ErrWrongHandle }

// TryWrite fails.
func (p *packet) TryWrite([]byte) (int, error) { return 0, backend.ErrWrongHandle }

// TryWriteV fails.
func (p *packet) TryWriteV([][]byte) (int, error) { return 0, backend.ErrWrongHandle }

// CloseWrite fails.
func (p *packet) CloseWrite() error { return backend.ErrNotSocket }
