//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import "github.com/actum-go/actum/proactor/internal/backend"

// receive is the attempt of a receive: a buffer is taken for it, and given back if
// there is nothing to put into it. With no buffer the operation waits for one. The
// lane's lock is held.
func (l *lane) receive(op *backend.Op) {
	args := op.Receive()
	buf := l.spares.TakeOf(args.Pool)
	if buf == nil {
		if buf = args.Pool.TryTake(); buf == nil {
			l.waiter = args.Pool.Waiter(l.waiter, l.grant)
			buf = args.Pool.Take(l.waiter)
		}
		if buf == nil {
			op.Err = backend.ErrWouldBlock
			return
		}
	}
	op.N, op.Err = l.recv(buf.Space())
	if op.Err != nil {
		l.spares.Add(buf)
		return
	}
	buf.Fill(op.N)
	args.Buffer = buf
}

// grant goes on with a buffer. What has no use for it gives it back.
func (l *lane) grant(buf *backend.PoolBuffer) {
	l.mu.Lock()
	l.spares.Add(buf)
	completed := l.run()
	l.unlock()
	if completed {
		l.h.b.demux.Wake()
	}
}

// unlock gives back the buffers that were of no use: whoever gets one locks a
// lane.
func (l *lane) unlock() {
	spares := l.spares
	l.spares = backend.SpareBuffers{}
	l.mu.Unlock()
	spares.Release()
}
