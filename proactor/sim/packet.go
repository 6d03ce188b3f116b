package sim

import (
	"net"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// feasible reports whether op will complete by itself.
func (p *packet) feasible(op *backend.Op) bool {
	if op.Kind == backend.KindReceiveFrom {
		return len(p.queue) > 0 || p.refused
	}
	return !backend.IsUnix(p.network)
}

func (p *packet) directions() []*direction { return []*direction{&p.r, &p.w} }

func (p *packet) closeWith(err error) {
	n := p.b.net
	n.note(record{verb: verbClose, who: p.who})
	p.failAll(err)
	if n.packets[p.at] == p {
		delete(n.packets, p.at)
	}
	p.b.removeHandle(p)
	p.queue = nil
	for _, s := range p.blocked {
		s.run()
	}
	p.blocked = nil
}

// packetAddr returns e as an address of package net.
func (e endpoint) packetAddr() net.Addr {
	if !e.at.IsValid() {
		return &net.UnixAddr{Name: e.path, Net: "unixgram"}
	}
	return net.UDPAddrFromAddrPort(e.at)
}

func (p *packet) errno(call string, e syscall.Errno) error {
	return &net.OpError{Op: call, Net: p.network, Source: p.LocalAddr(), Addr: p.RemoteAddr(), Err: os.NewSyscallError(call, e)}
}

// CloseWrite implements backend.Handle.
func (p *packet) CloseWrite() error { return backend.ErrNotSocket }
