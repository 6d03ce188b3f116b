package pattern

import (
	"context"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// The way of a message from Send to the pipe of a peer, under the send lock:
//
//  1. the short way: there is one peer, which is sent everything, it has room, or
//     the sender can make some, and nobody waits for that
//  2. choose: the type says who gets the message
//  3. sendWaiting: nobody can take it. Wait in the queue of senders, then try 2

// Send queues m for whom the pattern says. It waits while nobody can take it,
// until ctx is done, or fails with ErrTimeout after Options.SendTimeout. m stays
// the caller's, who may send it again; see message.Msg.Give for one that is given
// away.
func (s *Socket) Send(ctx context.Context, m message.Msg) error {
	if s == nil {
		panic(ZeroSocket)
	}
	if err := ctx.Err(); err != nil {
		return s.contextDone("send", err)
	}
	s.sendMu.Lock()
	if out := s.balance.only; out != nil && m.Sendable() && s.senders.Len() == 0 && (!out.Full() || s.flushInline(out)) {
		out.Put(m)
		m.Sent()
		woken := out.Activate()
		alone := false
		if woken != nil {
			s.pace.SendOnly(out)
			alone = s.pace.Alone(out)
		}
		s.sendMu.Unlock()
		if woken != nil {
			s.wakeConsumer(woken, alone)
		}
		return nil
	}
	w, err := s.choose(m, ctx != noWait)
	if w != nil {
		err = s.sendWaiting(ctx, m, w)
	}
	if err != nil {
		err = s.errs.send.named(err)
	}
	return err
}

// relieve makes room for a message to out by writing what waits, if nobody has
// begun to. The send lock is held, but not meanwhile: it reports whether all is as
// it was, and there is room.
func (s *Socket) flushInline(out *pipe.Out) bool {
	busy := out.ActiveConsumer()
	if busy == nil {
		return false
	}
	s.sendMu.Unlock()
	relieved := busy.FlushInline()
	s.sendMu.Lock()
	return relieved && s.balance.only == out && s.senders.Len() == 0 && !out.Full()
}

// TrySend is Send that does not wait: it fails with ErrWouldBlock.
func (s *Socket) TrySend(m message.Msg) error { return s.Send(noWait, m) }

// choose sends m if that is possible now, and gives the send lock back, which the
// caller has taken. If it is not, and the caller is willing to wait, it returns
// the caller's place in the queue.
func (s *Socket) choose(m message.Msg, wait bool) (w *pipe.Waiter, err error) {
	var out *pipe.Out
	if s.closed || !m.Sendable() {
		err = s.cannotSend(&m)
	} else {
		out, err = s.behaviour.send(m)
	}
	if err == errStale {
		s.sendMu.Unlock()
		s.dropStale()
		s.sendMu.Lock()
		return s.choose(m, wait)
	}
	if err != nil {
		if wait && err == ErrWouldBlock {
			w = s.senders.Add()
		}
		s.sendMu.Unlock()
		return w, err
	}
	m.Sent()
	var woken pipe.Consumer
	if out != nil {
		s.pace.Send(out)
		woken = out.Activate()
	}
	alone := woken != nil && s.pace.Alone(out)
	if s.senders.Len() > 0 {
		s.senders.WakeOne() // there may be room for the next one too
	}
	s.sendMu.Unlock()
	if woken != nil {
		s.wakeConsumer(woken, alone)
	}
	return nil, nil
}

// kick puts a consumer to work. To wake a dispatcher takes longer than the pause
// that ends a stream: the Pace is told that it is none.
func (s *Socket) wakeConsumer(c pipe.Consumer, inline bool) {
	c.Wake(inline)
	if !inline {
		s.pace.Pace.Wrote()
	}
}

// cannotSend says why nothing can be sent, or not this message.
func (s *Socket) cannotSend(m *message.Msg) error {
	switch {
	case s.closed:
		return ErrClosed
	case m.Released():
		return ErrReleased
	}
	return ErrNoFrame
}

// sendWaiting is the rest of Send when w is the caller's place in the queue.
func (s *Socket) sendWaiting(ctx context.Context, m message.Msg, w *pipe.Waiter) (err error) {
	ctx, stop := withTimeout(ctx, s.opts.SendTimeout)
	defer stop()
	for w != nil {
		if err := s.waitToSend(ctx, w); err != nil {
			return s.sendEnded(ctx, err)
		}
		s.sendMu.Lock()
		w, err = s.choose(m, true)
	}
	return err
}

// waitToSend waits for the turn of w, which says that another try may succeed.
func (s *Socket) waitToSend(ctx context.Context, w *pipe.Waiter) error {
	err := s.opts.wait(ctx, w, false)
	s.sendMu.Lock()
	s.senders.Forget(w, err != nil)
	s.sendMu.Unlock()
	return err
}
