package pattern

import (
	"context"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// The way of a message from Send to the pipe of a peer, under the send lock:
//
//  1. the fast path: there is one peer, which gets every message. It has room, or the
//     sender can make some, and no other sender waits
//  2. choose: the type decides which peer gets the message
//  3. sendWaiting: no peer can take it. Wait in the queue of senders, then try 2 again

// Send queues m for the peers that the pattern chooses. It waits until one can
// take it, until ctx is done, or until Options.SendTimeout has passed, and then
// fails with ErrTimeout. m stays the caller's, which may send it again; see
// message.Msg.Give for a message that is given away.
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
		age := s.deferralLocked(woken != nil && !alone)
		s.sendMu.Unlock()
		if woken != nil {
			s.wakeConsumer(woken, alone)
		}
		if age > 0 {
			s.runDeferred(age)
		}
		return nil
	}
	return s.sendChosen(ctx, m)
}

// sendChosen is the rest of Send where the type decides which peer gets m. The send
// lock is held, and released.
func (s *Socket) sendChosen(ctx context.Context, m message.Msg) error {
	w, err := s.choose(m, ctx != noWait)
	if w != nil {
		err = s.sendWaiting(ctx, m, w)
	}
	if err != nil {
		err = s.errs.send.named(err)
	}
	return err
}

// flushInline makes room for a message to out by writing what is queued, if the
// dispatcher has not begun to. The send lock is held, but released meanwhile:
// flushInline reports whether out is still the only peer, and has room.
func (s *Socket) flushInline(out *pipe.Out) bool {
	active := out.ActiveConsumer()
	if active == nil {
		return false
	}
	s.sendMu.Unlock()
	flushed := active.FlushInline()
	s.sendMu.Lock()
	return flushed && s.balance.only == out && s.senders.Len() == 0 && !out.Full()
}

// TrySend is Send without waiting: it fails with ErrWouldBlock.
func (s *Socket) TrySend(m message.Msg) error { return s.Send(noWait, m) }

// choose sends m if that is possible now. It releases the send lock, which the
// caller holds. If no peer can take m now and the caller may wait, choose
// returns the caller's place in the queue.
func (s *Socket) choose(m message.Msg, wait bool) (w *pipe.Waiter, err error) {
	var out *pipe.Out
	if s.closed || !m.Sendable() {
		err = s.cannotSend(&m)
	} else {
		out, err = s.behaviour.send(m)
	}
	if err == errStale {
		s.sendMu.Unlock()
		s.behaviour.dropStale()
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
	age := s.deferralLocked(woken != nil && !alone)
	s.sendMu.Unlock()
	if woken != nil {
		s.wakeConsumer(woken, alone)
	}
	if age > 0 {
		s.runDeferred(age)
	}
	return nil, nil
}

// wakeConsumer wakes a consumer. Waking a dispatcher takes longer than the
// silence that ends a stream, so the Pace is notified that this was none.
func (s *Socket) wakeConsumer(c pipe.Consumer, inline bool) {
	c.Wake(inline)
	if !inline {
		s.pace.Pace.Wrote()
	}
}

// cannotSend returns the reason why nothing can be sent, or why m cannot.
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
	ctx, stop := withTimeout(ctx, s.options().SendTimeout)
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

// waitToSend waits until w is woken, which means that another try may succeed.
func (s *Socket) waitToSend(ctx context.Context, w *pipe.Waiter) error {
	err := s.cfg.wait(ctx, w, false)
	s.sendMu.Lock()
	s.senders.Forget(w, err != nil)
	s.sendMu.Unlock()
	return err
}

// A goroutine that has led the dispatcher leaves the writing of what it sends for its next
// wait. If it takes and sends many messages before that, it writes in between, so that its
// peers do not run out of work meanwhile.
const (
	// messagesPerLook is how many messages are sent between two looks at the clock.
	messagesPerLook = 64
	// minDeferral is how long the first message may have waited, and writeDeferral how
	// long for each connection that is to be written to: a multiple of what a write costs.
	minDeferral   = 50 * time.Microsecond
	writeDeferral = 20 * time.Microsecond
)

// deferralLocked counts a message; handed says that it has given a consumer to the
// dispatcher. The result is the age at which to write, or 0 if it is not time to look.
func (s *Socket) deferralLocked(handed bool) (age time.Duration) {
	if handed {
		s.handed++
	}
	if s.untilLook--; s.untilLook > 0 || s.cfg.WaitStrategy == nil {
		return 0
	}
	s.untilLook = messagesPerLook
	return max(minDeferral, time.Duration(s.handed)*writeDeferral)
}

// runDeferred writes what has waited for age.
func (s *Socket) runDeferred(age time.Duration) {
	if s.cfg.WaitStrategy.RunDeferred(age) {
		s.sendMu.Lock()
		s.handed = 0
		s.sendMu.Unlock()
	}
}
