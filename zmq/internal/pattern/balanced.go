package pattern

import "github.com/actum-go/actum/zmq/internal/pipe"

// balanced is the common part of PUSH, DEALER and REQ: it keeps in Socket.balance the
// peers that can be sent to, of which each message goes to the next. [behaviour] says
// which locks its methods hold.
type balanced struct{ *Socket }

// attach makes a peer available before it has connected, unless the peer is Immediate.
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

// disconnected makes an Immediate peer unavailable. For any other, messages are queued.
func (b *balanced) disconnected(p *pipe.Peer) {
	if p.Immediate {
		b.balance.remove(p.Out)
	}
}

func (b *balanced) detach(p *pipe.Peer) { b.balance.remove(p.Out) }

// writable makes a peer available again that was full.
func (b *balanced) writable(out *pipe.Out) {
	b.balance.add(out)
	b.senders.WakeOne()
}

// include makes a peer available, and wakes all senders: the peer has room for many
// messages.
func (b *balanced) include(p *pipe.Peer) {
	b.balance.add(p.Out)
	b.senders.WakeAll()
	b.canSend.raise()
}
