package goroutine

import (
	"errors"
	"io"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// receiver carries receives out: it waits in Go's poller until bytes are available,
// and only then takes a buffer. The reading goroutine owns it.
type receiver struct {
	raw     syscall.RawConn
	recv    func(fd int, b []byte) (int, error)
	args    *backend.ReceiveArgs
	buf     *backend.PoolBuffer // the buffer taken for the current receive
	n       int
	err     error
	attempt func(fd uintptr) bool
	waiter  *backend.PoolWaiter
	grants  func(*backend.PoolBuffer)
	granted chan *backend.PoolBuffer // capacity 1: a waiter has at most one buffer granted
	wanting bool                     // guarded by the opQueue's Mu: a receive is in progress
}

func newReceiver(l *opQueue, t *try) *receiver {
	r := &receiver{raw: t.raw, recv: t.recv, granted: make(chan *backend.PoolBuffer, 1)}
	r.attempt = r.try
	r.grants = func(b *backend.PoolBuffer) { r.grant(l, b) }
	l.interruptWait = make(chan struct{}, 1)
	return r
}

// grant receives a buffer from the goroutine that released it.
func (r *receiver) grant(l *opQueue, b *backend.PoolBuffer) {
	l.Mu.Lock()
	if r.wanting {
		r.granted <- b
		b = nil
	}
	l.Mu.Unlock()
	if b != nil {
		b.Release()
	}
}

// setWanting sets wanting, and returns the buffer that was granted last, if any.
func (r *receiver) setWanting(l *opQueue, wanting bool) (late *backend.PoolBuffer) {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	r.wanting = wanting
	select {
	case late = <-r.granted:
	case <-l.interruptWait: // left over from an earlier cancel
	default:
	}
	return late
}

// awaitBuffer waits for a buffer, or until the receive is to end. The opQueue has
// the reason for the end.
func (r *receiver) awaitBuffer(l *opQueue) error {
	l.Mu.Lock()
	stopping := l.cancelling || l.Closed != nil
	l.Mu.Unlock()
	if stopping {
		return os.ErrDeadlineExceeded
	}
	select {
	case r.buf = <-r.granted:
		return nil
	case <-l.interruptWait:
		return os.ErrDeadlineExceeded
	}
}

// receive carries out a receive.
func (s *stream) receive(op *backend.Op) {
	if s.taking == nil {
		if s.try.raw == nil {
			op.Err = errors.ErrUnsupported
			return
		}
		l := &s.queues[backend.In]
		l.Mu.Lock()
		s.taking = newReceiver(l, &s.try)
		l.Mu.Unlock()
	}
	r := s.taking
	r.args, r.err = op.Receive(), nil
	r.setWanting(&s.queues[backend.In], true)
	for {
		op.Err = r.raw.Read(r.attempt)
		if op.Err != nil || r.buf != nil || r.err != backend.ErrWouldBlock {
			break
		}
		if op.Err = r.awaitBuffer(&s.queues[backend.In]); op.Err != nil {
			break
		}
	}
	s.received(op, r)
}

// received sets the result. It releases a buffer that is not needed.
func (s *stream) received(op *backend.Op, r *receiver) {
	buf := r.buf
	r.buf = nil
	if late := r.setWanting(&s.queues[backend.In], false); late != nil {
		late.Release()
	}
	if op.Err == nil && r.err != nil {
		op.Err = r.err
		if op.Err != io.EOF {
			op.Err = s.try.result("read", r.err)
		}
	}
	if op.Err == nil && buf != nil {
		buf.Fill(r.n)
		op.N, r.args.Buffer = r.n, buf
		return
	}
	if buf != nil {
		buf.Release()
	}
}

// take takes the buffer that was granted meanwhile, or another one.
func (r *receiver) take() bool {
	select {
	case r.buf = <-r.granted:
	default:
		r.buf = r.args.Pool.Take(r.waiter)
	}
	return r.buf != nil
}

// try is one attempt, called by the poller: false makes the poller wait for bytes.
// If there is no buffer the receive ends with ErrWouldBlock.
func (r *receiver) try(fd uintptr) bool {
	r.n, r.err = 0, nil
	if r.buf == nil {
		if r.waiter = r.args.Pool.Waiter(r.waiter, r.grants); !r.take() {
			r.err = backend.ErrWouldBlock
			return true
		}
	}
	n, err := r.recv(int(fd), r.buf.Space())
	switch {
	case err != nil && sys.WouldBlock(err):
		r.buf.Release() // a receive owns no buffer while it waits
		r.buf = nil
		return false
	case err != nil:
		r.err = err
	case n == 0:
		r.err = io.EOF
	}
	r.n = n
	return true
}
