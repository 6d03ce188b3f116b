//go:build unix || windows

package goroutine

import (
	"errors"
	"io"
	"os"
	"syscall"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// receiver carries receives out: it waits in Go's poller until there are bytes,
// and only then takes a buffer. It is the reading goroutine's.
type receiver struct {
	raw     syscall.RawConn
	recv    func(fd int, b []byte) (int, error)
	args    *backend.ReceiveArgs
	buf     *backend.PoolBuffer // in hand
	n       int
	err     error
	attempt func(fd uintptr) bool
	waiter  *backend.PoolWaiter
	grants  func(*backend.PoolBuffer)
	granted chan *backend.PoolBuffer // holds one: a waiter is granted one at a time
	wanting bool                     // the lane's mu: a receive is in progress
}

func newReceiver(l *opQueue, t *try) *receiver {
	r := &receiver{raw: t.raw, recv: t.recv, granted: make(chan *backend.PoolBuffer, 1)}
	r.attempt = r.try
	r.grants = func(b *backend.PoolBuffer) { r.grant(l, b) }
	l.interruptWait = make(chan struct{}, 1)
	return r
}

// grant is given a buffer by whoever has released it.
func (r *receiver) grant(l *opQueue, b *backend.PoolBuffer) {
	l.mu.Lock()
	if r.wanting {
		r.granted <- b
		b = nil
	}
	l.mu.Unlock()
	if b != nil {
		b.Release()
	}
}

// want says whether buffers are wanted, and takes what was granted last.
func (r *receiver) want(l *opQueue, wanting bool) (late *backend.PoolBuffer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.wanting = wanting
	select {
	case late = <-r.granted:
	case <-l.interruptWait: // of an earlier cancel
	default:
	}
	return late
}

// awaitBuffer waits for a buffer, or until the receive is to end: the lane knows
// why.
func (r *receiver) awaitBuffer(l *opQueue) error {
	l.mu.Lock()
	ends := l.cancels || l.closed != nil
	l.mu.Unlock()
	if ends {
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
		l := &s.in
		l.mu.Lock()
		s.taking = newReceiver(l, &s.try)
		l.mu.Unlock()
	}
	r := s.taking
	r.args, r.err = op.Receive(), nil
	r.want(&s.in, true)
	for {
		op.Err = r.raw.Read(r.attempt)
		if op.Err != nil || r.buf != nil || r.err != backend.ErrWouldBlock {
			break
		}
		if op.Err = r.awaitBuffer(&s.in); op.Err != nil {
			break
		}
	}
	s.received(op, r)
}

// received settles the result. A buffer that is of no use is given back.
func (s *stream) received(op *backend.Op, r *receiver) {
	buf := r.buf
	r.buf = nil
	if late := r.want(&s.in, false); late != nil {
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

// take takes a buffer, one that was granted meanwhile or another one.
func (r *receiver) take() bool {
	select {
	case r.buf = <-r.granted:
	default:
		r.buf = r.args.Pool.Take(r.waiter)
	}
	return r.buf != nil
}

// try is one attempt, in the poller: false waits for more. With no buffer to be
// had it ends with ErrWouldBlock and without one.
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
		r.buf.Release() // nothing is owned while it waits
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
