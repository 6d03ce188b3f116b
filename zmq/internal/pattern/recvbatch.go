package pattern

import (
	"context"

	"github.com/actum-go/actum/zmq/internal/message"
)

// RecvBatch receives messages into ms, and returns their number. It waits for the
// first one as Recv does, and takes more only if they are there. If it has received
// any, err is nil.
func (s *Socket) RecvBatch(ctx context.Context, ms []message.Msg) (n int, err error) {
	if s == nil {
		panic(ZeroSocket)
	}
	if err := ctx.Err(); err != nil {
		return 0, s.contextDone("receive", err)
	}
	if len(ms) == 0 {
		return 0, nil
	}
	turn := ms[:min(batchTurn, len(ms))]
	m, n, _, sparse, err := s.tryRecv(turn[1:], false)
	if err == ErrWouldBlock && ctx != noWait {
		m, n, err = s.recvWaiting(ctx, turn[1:], sparse)
	}
	if err != nil {
		return 0, s.errs.recv.named(err)
	}
	ms[0] = m
	for n++; n == len(turn) && n < len(ms); {
		turn = ms[:min(n+batchTurn, len(ms))]
		m, more, _, _, err := s.tryRecv(turn[n+1:], false)
		if err != nil {
			break // the next call finds it, too
		}
		ms[n] = m
		n += 1 + more
	}
	return n, nil
}

// TryRecvBatch is RecvBatch without waiting: it fails with ErrWouldBlock.
func (s *Socket) TryRecvBatch(ms []message.Msg) (n int, err error) { return s.RecvBatch(noWait, ms) }

// recvRestLocked receives messages into ms, those that were put back first. The
// receive lock is held.
func (s *Socket) recvRestLocked(ms []message.Msg) (n int) {
	for ; n < len(ms) && len(s.putBack) > 0; n++ {
		ms[n] = s.takePutBackLocked()
	}
	return n + s.behaviour.recvMore(ms[n:])
}

// recvMore reads messages into ms until it is full or no peer has any: one message
// from each peer in turn, or as many as there are from the only one that has some.
func (q *fairQueue) recvMore(ms []message.Msg) (n int) {
	for n < len(ms) {
		if q.hasNewlyReady.Load() {
			q.admit()
		}
		if len(q.active) != 1 {
			m, in := q.recv()
			if in == nil {
				break
			}
			ms[n] = m
			n++
			continue
		}
		in := q.active[0]
		got, more := in.NextMessages(ms[n:])
		n += got
		q.sinceWait += got
		q.local = in.Local
		if !more {
			q.next = 0
			q.removeCurrent(in)
		}
	}
	return n
}
