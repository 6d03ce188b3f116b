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

func (p *packet) failAll(err error) {
	p.closed = err
	p.r.close(err)
	p.w.close(err)
}

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

func (p *packet) cancel() {
	p.r.cancelAll()
	p.w.cancelAll()
}

func (p *packet) handleIndex() *int { return &p.index }

// withLock calls f with the network locked.
func (p *packet) withLock(f func()) {
	n := p.b.net
	n.mu.Lock()
	defer n.mu.Unlock()
	n.readClock()
	f()
}

// Cancel cancels outstanding operations.
func (p *packet) Cancel() { p.withLock(p.cancel) }

// Close closes the handle.
func (p *packet) Close() error {
	p.withLock(func() {
		if p.closed == nil {
			p.closeWith(backend.ErrHandleClosed)
		}
	})
	return nil
}

// LocalAddr returns the bound address.
func (p *packet) LocalAddr() net.Addr { return p.at.packetAddr() }

// RemoteAddr returns the peer of a connected socket.
func (p *packet) RemoteAddr() net.Addr {
	if !p.connected {
		return nil
	}
	return p.peer.packetAddr()
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

// TryRead fails: it is for streams, as are the next three methods.
func (p *packet) TryRead([]byte) (int, error) { return 0, backend.ErrWrongHandle }

// TryWrite fails.
func (p *packet) TryWrite([]byte) (int, error) { return 0, backend.ErrWrongHandle }

// TryWriteV fails.
func (p *packet) TryWriteV([][]byte) (int, error) { return 0, backend.ErrWrongHandle }

// CloseWrite fails.
func (p *packet) CloseWrite() error { return backend.ErrNotSocket }
