package sim

import (
	"net"
	"net/netip"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// run carries out the operations that can be. A datagram to its own sender calls
// run again: the outer call carries out what that makes possible.
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

// destination returns the address to which op sends.
func (p *packet) destination(op *backend.Op) (endpoint, error) {
	addr := op.Datagram().Addr
	if !addr.IsValid() && p.connected {
		return p.peer, nil
	}
	if addr.IsValid() && !p.connected && (addr.Path != "") == backend.IsUnix(p.network) {
		ip := netip.AddrPortFrom(addr.AddrPort.Addr().Unmap(), addr.AddrPort.Port())
		return endpoint{path: addr.Path, at: ip}.reachable(), nil
	}
	err := &net.AddrError{Err: "not an address that this socket can send to", Addr: addr.String()}
	return endpoint{}, &net.OpError{Op: "write", Net: p.network, Source: p.LocalAddr(), Err: err}
}

// dispatch sends the datagram of op. It reports false if op has to wait.
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

// deliver delivers d, which p has sent, to the socket at to.
func (p *packet) deliver(d datagram, to endpoint) {
	target := p.b.net.receiver(to)
	switch {
	case target == nil:
		p.refused = p.connected && p.closed == nil
		p.run()
	case target.connected && target.peer.at != d.from.AddrPort:
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

// source returns the sender's address as a receiver at to sees it.
func (p *packet) source(to endpoint) backend.PacketAddr {
	from := p.at
	if from.wildcard() && to.at.Addr().Is4() {
		from.at = netip.AddrPortFrom(netip.IPv4Unspecified(), from.at.Port())
	}
	return backend.PacketAddr{AddrPort: from.reachable().at, Path: from.path}
}
