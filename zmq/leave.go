package zmq

import (
	"slices"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
)

// The linger of Disconnect. What is queued for the endpoint is sent for as long as
// Options.Linger says, as with Close, but nobody waits for it:
//
//  1. nothing more is sent to the peer: the pattern has it retired
//  2. the connection goes on, and is made again when it is lost, until nothing is
//     queued, or the linger has passed; its endpoint can be connected to anew
//  3. it is stopped; what is left then is dropped and counted
//
// A Close that comes meanwhile waits for step 2 no longer than it waits for others.
type leaving struct {
	*connected
	s        *Socket
	d        *proactor.Dispatcher
	timer    proactor.Operation
	finishOp proactor.Operation
	post     func() // posts finishOp, once
	finish   func(patience time.Duration)
	gone     chan struct{} // closed when nothing is left
}

// lingers reports whether what is queued for c is to be sent although c was
// disconnected.
func (s *Socket) lingers(c *connected) bool {
	return s.opts.Linger >= 0 && s.queuedFor(c) > 0
}

// leave has c retired, and begins with step 2. s.mu is held.
func (s *Socket) leave(c *connected) {
	s.pattern.StopNotify(c.peer)
	l := &leaving{connected: c, s: s, d: s.ctx.dispatchers[0], gone: make(chan struct{})}
	l.finishOp.Handler = proactor.HandlerFunc(func(*proactor.Operation) { l.finish(maxPatience) })
	l.timer.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			l.finish(0)
		}
	})
	l.post = sync.OnceFunc(func() { l.d.Post(&l.finishOp) })
	var once sync.Once
	l.finish = func(patience time.Duration) {
		once.Do(func() {
			l.d.Cancel(&l.timer)
			l.stop(patience, l.left)
		})
	}
	s.lingering = append(s.lingering, l)
	if s.opts.Linger > 0 {
		l.d.StartTimer(&l.timer, bounded(s.opts.Linger))
	}
	l.drained(l.post) // with locks held: it must not stop anything by itself
}

// end has the connection gone soon, which takes no longer than patience.
func (l *leaving) end(patience time.Duration) {
	l.finish(patience)
	if patience <= 0 && l.closeNow != nil {
		l.closeNow()
	}
}

// left is called when the connection is gone.
func (l *leaving) left() {
	l.s.mu.Lock()
	l.s.lingering = slices.DeleteFunc(l.s.lingering, func(x *leaving) bool { return x == l })
	l.s.mu.Unlock()
	close(l.gone)
}
