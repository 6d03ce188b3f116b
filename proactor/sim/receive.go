package sim

import "github.com/actum-go/actum/proactor/internal/backend"

// receive carries out one receive. It reports whether it did. It does not while
// there is nothing to read or its pool has no buffer.
func (p *pipe) receive(op *backend.Op) bool {
	args := op.Receive()
	if p.readable() == 0 {
		var none [1]byte
		_, err := p.tryRead(none[:])
		if err == backend.ErrWouldBlock {
			return false
		}
		p.received(op, 0, 0, err)
		return true
	}
	buf := p.granted.TakeOf(args.Pool)
	if buf == nil {
		p.waiter = args.Pool.Waiter(p.waiter, p.grant)
		if buf = args.Pool.Take(p.waiter); buf == nil {
			return false
		}
	}
	n, err := p.tryRead(buf.Space())
	if err != nil || op != p.r.queue.Head() {
		p.to.b.spares.Add(buf)
	}
	if op != p.r.queue.Head() {
		return true // a reset has completed op
	}
	if err == nil {
		buf.Fill(n)
		args.Buffer = buf
	}
	p.received(op, n, len(buf.Space()), err)
	return true
}

func (p *pipe) received(op *backend.Op, n, of int, err error) {
	p.note(verbRead, p.to, n, of, err)
	p.r.complete(op, n, err)
}

// grant continues the receive with a buffer. It releases a buffer that is not
// needed.
func (p *pipe) grant(buf *backend.PoolBuffer) {
	n := p.net()
	n.mu.Lock()
	n.readClock()
	p.granted.Add(buf)
	p.run()
	left := p.granted
	p.granted = backend.SpareBuffers{}
	n.mu.Unlock()
	left.Release()
}
