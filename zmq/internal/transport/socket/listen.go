package socket

import (
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/transport"
)

// acceptRetryDelay is how long a listener waits after a failed accept before it
// tries again. For lack of descriptors an accept does not fail: it pauses, see
// proactor.Handle.AcceptMultishot.
const acceptRetryDelay = 100 * time.Millisecond

// listener is a bound socket.
type listener struct {
	h        *proactor.Handle
	endpoint string
	remove   func() // nil if there is nothing to remove
	acceptor transport.Acceptor

	op      proactor.Operation // the accepts, and the wait after one that has failed
	waiting bool               // op is the wait
	stopped func()             // not nil while stopping
}

// NewListener makes a transport.Listener of a listening handle. remove cleans up
// what closing the handle does not, and may block on a file system; nil if there
// is nothing to clean up.
func NewListener(h *proactor.Handle, endpoint string, remove func()) transport.Listener {
	return &listener{h: h, endpoint: endpoint, remove: remove}
}

// Endpoint implements transport.Listener.
func (l *listener) Endpoint() string { return l.endpoint }

// Start implements transport.Listener.
func (l *listener) Start(a transport.Acceptor) {
	l.acceptor = a
	l.op.Handler = l
	l.h.AcceptMultishot(&l.op)
}

// Paused implements transport.Listener.
func (l *listener) Paused() error { return l.h.PausedAccept() }

// HandleCompletion takes a new stream, or waits before it accepts again.
func (l *listener) HandleCompletion(op *proactor.Operation) {
	h, err := op.Handle(), op.Err()
	switch {
	case l.stopped != nil:
		if h != nil {
			_ = h.Close()
		}
		l.finishStop()
	case h != nil:
		l.acceptor.Accepted(h)
	case l.waiting:
		l.waiting = false
		if err == nil { // else the dispatcher was closed: nothing can be accepted any more
			l.h.AcceptMultishot(op)
		}
	default:
		l.waiting = true
		l.h.Dispatcher().StartTimer(op, acceptRetryDelay)
		l.acceptor.Failed("", err)
	}
}

// Stop implements transport.Listener.
func (l *listener) Stop(done func()) {
	stop := proactor.HandlerFunc(func(*proactor.Operation) {
		l.stopped = done
		_ = l.h.Close()
		if l.waiting {
			l.h.Dispatcher().Cancel(&l.op)
		}
		l.finishStop()
	})
	l.h.Dispatcher().Post(&proactor.Operation{Handler: stop})
}

func (l *listener) finishStop() {
	if l.op.Outstanding() {
		return
	}
	done := l.stopped
	if l.remove == nil {
		done()
		return
	}
	d := l.h.Dispatcher()
	go func() { // not on the dispatcher: a file system may block
		l.remove()
		d.Post(&proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { done() })})
	}()
}

// Abandon implements transport.Listener.
func (l *listener) Abandon() {
	_ = l.h.Close()
	if l.remove != nil {
		l.remove()
	}
}
