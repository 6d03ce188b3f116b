package pattern

import "github.com/actum-go/actum/zmq/internal/pipe"

// balanced is the common part of PUSH, DEALER and REQ: peers that are sent to
// in turn.
type balanced struct{ *Socket }

func (b *balanced) attach(p *pipe.Peer) error {
	if !p.Immediate {
		b.include(p)
	}
	return nil
}

func (b *balanced) connected(p *pipe.Peer) error {
	b.probeLocked(p)
	b.include(p)
	return nil
}

func (b *balanced) disconnected(p *pipe.Peer) {
	if p.Immediate {
		b.balance.remove(p.Out)
	}
}

func (b *balanced) detach(p *pipe.Peer) { b.balance.remove(p.Out) }

func (b *balanced) writable(out *pipe.Out) {
	b.balance.add(out)
	b.senders.WakeOne()
}

func (b *balanced) include(p *pipe.Peer) {
	b.balance.add(p.Out)
	b.senders.WakeAll()
	b.canSend.raise()
}
