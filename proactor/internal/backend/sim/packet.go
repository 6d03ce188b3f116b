package sim

import (
	"net"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
)

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
