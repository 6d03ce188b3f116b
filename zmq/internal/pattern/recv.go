package pattern

import (
	"context"
	"errors"
	"runtime"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// The way of a message from the pipe of a peer to Recv:
//
//  1. the fast path: take a published message without the receive lock (fastpath.go)
//  2. tryRecv: under the lock the type decides which message is the next, and may publish
//     those that follow
//  3. recvWaiting: there is none. In a stream yield to other goroutines for a while, else
//     wait in the queue of receivers; then try 2 again

// turnSize is how many unusable messages of a peer are dropped, or
// subscriptions changed, before the lock is released for others. A peer may
// send such messages without end, and a dispatcher may wait for the lock.
const turnSize = 256

// inTurns calls take until it reports that there is no more, with the receive
// lock held for a turn at a time.
func (s *Socket) inTurns(take func() (more bool)) {
	for s.turn(take) {
	}
}

// turn runs one turn and reports whether there may be more.
func (s *Socket) turn(take func() (more bool)) (more bool) {
	s.lockRecv()
	defer s.recvMu.Unlock()
	for range turnSize {
		if !take() {
			return false
		}
	}
	return true
}

// errTurn is what a behaviour's recv returns when its turn is over.
var errTurn = errors.New("zmq: dropped enough messages for one turn")

// Recv returns the next message. It waits until there is one, until ctx is
// done, or until Options.RecvTimeout has passed, and then fails with
// ErrTimeout.
func (s *Socket) Recv(ctx context.Context) (message.Msg, error) {
	if s == nil {
		panic(ZeroSocket)
	}
	if err := ctx.Err(); err != nil {
		return message.Msg{}, s.contextDone("receive", err)
	}
	if r := s.receiveQueue.fastPath.Load(); r != nil && !s.receiveQueue.hasNewlyReady.Load() {
		if m, ok := r.Take(); ok {
			return m, nil
		}
	}
	m, _, _, sparse, err := s.tryRecv(nil, false)
	if err == ErrWouldBlock && ctx != noWait {
		m, _, err = s.recvWaiting(ctx, nil, sparse)
	}
	if err != nil {
		err = s.errs.recv.named(err)
	}
	return m, err
}

// TryRecv is Recv without waiting: it fails with ErrWouldBlock.
func (s *Socket) TryRecv() (message.Msg, error) { return s.Recv(noWait) }

// tryRecv receives a message if there is one, and with it n more into rest, which is
// nil for Recv. If there is none, and the caller may wait, it returns the caller's
// place in the queue, which is taken with the lock held, so that the receiver of the
// first of several messages wakes it. sparse reports whether messages come one by one
// or in bursts.
func (s *Socket) tryRecv(rest []message.Msg, wait bool) (m message.Msg, n int, w *pipe.Waiter, sparse bool, err error) {
	for {
		s.lockRecv()
		if s.closed {
			s.recvMu.Unlock()
			return m, 0, nil, false, ErrClosed
		}
		s.receiveQueue.inBatch = rest != nil
		if len(s.putBack) > 0 {
			m = s.takePutBackLocked()
			break
		}
		if m, err = s.behaviour.recv(); err != errTurn {
			break
		}
		s.recvMu.Unlock()
	}
	if err == nil && rest != nil {
		n = s.recvRestLocked(rest)
	}
	switch {
	case err == nil && (s.receiveQueue.mayHaveMore() || len(s.putBack) > 0):
		s.receiveQueue.wakeNext()
	case err == ErrWouldBlock && wait:
		w, sparse = s.receiveQueue.wait()
	case err == ErrWouldBlock:
		sparse = s.receiveQueue.sparse()
	}
	s.recvMu.Unlock()
	return m, n, w, sparse, err
}

// yields is how many times a receiver yields to other goroutines before it
// sleeps, in a stream: the next messages are on their way, and a sleep and a
// wake-up for each few of them cost more than the messages do.
const yields = 8

// recvWaiting is the rest of Recv, and of RecvBatch, when there was no message.
func (s *Socket) recvWaiting(ctx context.Context, rest []message.Msg, sparse bool) (m message.Msg, n int, err error) {
	ctx, stop := withTimeout(ctx, s.options().RecvTimeout)
	defer stop()
	for yielded := 0; ; {
		if sparse {
			yielded = yields
		} else if yielded < yields {
			yielded++
			runtime.Gosched()
		}
		var w *pipe.Waiter
		m, n, w, sparse, err = s.tryRecv(rest, yielded == yields)
		if err != ErrWouldBlock {
			return m, n, err
		}
		if w == nil {
			continue
		}
		if err := s.receiveQueue.await(ctx, w, sparse); err != nil {
			return m, 0, s.recvEnded(ctx, err)
		}
	}
}
