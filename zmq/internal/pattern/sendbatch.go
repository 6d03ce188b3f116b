package pattern

import (
	"context"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// batchTurn is the most messages of a batch that are sent, or received, before the
// lock is released for others.
const batchTurn = 256

// SendBatch sends messages in their order, as if by Send, and returns how many were
// sent. If that is not all, err says why the next one was not. The lock is taken, and
// each consumer woken, once for many messages.
func (s *Socket) SendBatch(ctx context.Context, ms []message.Msg) (n int, err error) {
	if s == nil {
		panic(ZeroSocket)
	}
	if err := ctx.Err(); err != nil {
		return 0, s.contextDone("send", err)
	}
	for n < len(ms) {
		turn := ms[n:min(n+batchTurn, len(ms))]
		sent := s.sendTurn(turn)
		n += sent
		if sent > 0 {
			continue
		}
		s.sendMu.Lock()
		if err := s.sendChosen(ctx, turn[0]); err != nil { // waits, or says why it cannot be sent
			return n, err
		}
		n++
	}
	return n, nil
}

// sendTurn sends as many of the messages as it can without waiting.
func (s *Socket) sendTurn(ms []message.Msg) (n int) {
	s.sendMu.Lock()
	if out := s.balance.only; out != nil && s.senders.Len() == 0 {
		return s.sendTurnOnly(out, ms)
	}
	var idle *pipe.Out // the last one whose consumer was activated here
	s.collects = true
	for n < len(ms) && !s.closed && ms[n].Sendable() {
		out, err := s.behaviour.send(ms[n])
		if err != nil {
			break
		}
		ms[n].Sent()
		n++
		if out == nil {
			continue
		}
		s.pace.Send(out)
		if woken := out.Activate(); woken != nil {
			s.collected = append(s.collected, woken)
			idle = out
		}
	}
	s.collects = false
	if n > 0 && s.senders.Len() > 0 {
		s.senders.WakeOne() // there may be room for the next one too
	}
	woken := s.collected
	alone := len(woken) == 1 && idle != nil && s.pace.Alone(idle)
	if !alone {
		s.handed += len(woken)
	}
	s.untilLook -= n
	age := s.deferralLocked(false)
	if len(woken) > 0 {
		s.collected = nil
	}
	s.sendMu.Unlock()
	for _, c := range woken {
		s.wakeConsumer(c, alone) // several are written for together, by the dispatcher
	}
	if age > 0 {
		s.runDeferred(age)
	}
	if len(woken) > 0 {
		s.reuse(woken)
	}
	return n
}

// sendTurnOnly is sendTurn for the one peer that gets every message. The send lock
// is held, and released.
func (s *Socket) sendTurnOnly(out *pipe.Out, ms []message.Msg) (n int) {
	if !out.Full() || s.flushInline(out) {
		n = out.PutMessages(ms)
	}
	if n == 0 {
		s.sendMu.Unlock()
		return 0
	}
	woken, alone := out.Activate(), false
	if woken != nil {
		s.pace.SendOnly(out)
		alone = s.pace.Alone(out)
	}
	s.sendMu.Unlock()
	if woken != nil {
		s.wakeConsumer(woken, alone)
	}
	return n
}

// activatePostedLocked activates out's consumer, which does its work on its dispatcher.
// It is woken at once, or with the others at the end of a turn of a batch.
func (s *Socket) activatePostedLocked(out *pipe.Out) {
	switch woken := out.Activate(); {
	case woken == nil:
	case s.collects:
		s.collected = append(s.collected, woken)
	default:
		woken.Wake(false)
	}
}

// reuse keeps the memory of a list of consumers for the next turn.
func (s *Socket) reuse(woken []pipe.Consumer) {
	clear(woken)
	s.sendMu.Lock()
	if s.collected == nil {
		s.collected = woken[:0]
	}
	s.sendMu.Unlock()
}

// TrySendBatch is SendBatch without waiting: where SendBatch waits it fails with
// ErrWouldBlock.
func (s *Socket) TrySendBatch(ms []message.Msg) (n int, err error) { return s.SendBatch(noWait, ms) }
