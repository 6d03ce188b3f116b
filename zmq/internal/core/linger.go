package core

import (
	"slices"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor"
)

// A lingeringConn is a connection that was disconnected while messages were
// queued for it. They are sent for as long as Options.Linger allows, as with
// Close, but Disconnect does not wait for them:
//
//  1. The pattern sends nothing more to the peer.
//  2. The connection stays, and is made again when it is lost, until nothing is
//     queued or the linger has passed. Connect may connect to its endpoint again.
//  3. The connection is stopped. Messages that are left are dropped and counted.
//
// A Close during step 2 waits for it no longer than for other connections.
type lingeringConn struct {
	*connected
	s          *Socket
	d          *proactor.Dispatcher
	timer      proactor.Operation
	finishOp   proactor.Operation
	postFinish func() // posts finishOp, once
	finish     func(timeout time.Duration)
	gone       chan struct{} // closed when nothing is left
}

// needsLinger reports whether messages are to be sent to c after its disconnect.
func (s *Socket) needsLinger(c *connected) bool {
	return s.Resolved().Linger >= 0 && s.queuedFor(c) > 0
}

// lingerLocked makes the pattern stop sending to c, and starts step 2.
func (s *Socket) lingerLocked(c *connected) {
	s.pattern.StopNotify(c.Peer())
	l := &lingeringConn{connected: c, s: s, d: s.ctx.dispatchers[0], gone: make(chan struct{})}
	l.finishOp.Handler = proactor.HandlerFunc(func(*proactor.Operation) { l.finish(maxCloseTimeout) })
	l.timer.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		if op.Err() == nil {
			l.finish(0)
		}
	})
	l.postFinish = sync.OnceFunc(func() { l.d.Post(&l.finishOp) })
	var once sync.Once
	l.finish = func(timeout time.Duration) {
		once.Do(func() {
			l.d.Cancel(&l.timer)
			l.Stop(timeout, l.onStopped)
		})
	}
	s.lingering = append(s.lingering, l)
	if linger := s.Resolved().Linger; linger > 0 {
		l.d.StartTimer(&l.timer, linger)
	}
	l.WhenDelivered(l.postFinish) // it is called with locks held, so it only posts
}

// stopSoon stops the connection, which takes no longer than timeout.
func (l *lingeringConn) stopSoon(timeout time.Duration) {
	l.finish(timeout)
	if timeout <= 0 {
		l.CloseNow()
	}
}

// onStopped is called when the connection has stopped.
func (l *lingeringConn) onStopped() {
	l.s.mu.Lock()
	l.s.lingering = slices.DeleteFunc(l.s.lingering, func(x *lingeringConn) bool { return x == l })
	l.s.mu.Unlock()
	close(l.gone)
}
