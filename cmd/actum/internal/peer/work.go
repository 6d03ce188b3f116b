package peer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/actum-go/actum/zmq"
)

// sendCounted sends messages up to the count.
func (s *session) sendCounted(ctx context.Context) error { return s.sendUpTo(ctx, s.count) }

// sendUpTo sends at most that many messages; 0 means no limit.
func (s *session) sendUpTo(ctx context.Context, most uint) error {
	p := newPace(s.rate)
	for n := uint(0); most == 0 || n < most; n++ {
		m, ok, err := s.in.take(ctx)
		if err != nil || !ok {
			return err
		}
		if err := p.wait(ctx); err != nil {
			if !s.fixed {
				s.unsent.Add(1)
			}
			return err
		}
		if err := s.send(ctx, m); err != nil {
			s.unsent.Add(1)
			return err
		}
	}
	return nil
}

// retryInterval is the time between two checks for a new peer, of which the socket sends
// no notification.
const retryInterval = 20 * time.Millisecond

// send sends one message. If a router has no peer for it, a message of --data
// waits for the peer, but a message of standard input must not delay later ones.
func (s *session) send(ctx context.Context, m zmq.Msg) error {
	err := s.TrySend(m)
	s.firstAttemptOnce.Do(func() { close(s.firstAttempt) })
	if err == nil {
		return nil
	}
	s.waits.begin(forRoom)
	defer s.waits.end(forRoom)
	started := time.Now()
	for {
		err := s.Send(ctx, m)
		switch {
		case errors.Is(err, zmq.ErrTimeout):
			return fmt.Errorf("no peer took the message within %v", s.sendTimeout)
		case !errors.Is(err, zmq.ErrUnroutable):
			return err
		case !s.fixed:
			s.failed = true
			_, err := fmt.Fprintf(s.err, "actum: no peer has the routing id %s: message dropped\n", printableID(m.Bytes()))
			return err
		case s.sendTimeout > 0 && time.Since(started) > s.sendTimeout:
			return fmt.Errorf("no peer had the routing id %s within %v", printableID(m.Bytes()), s.sendTimeout)
		}
		if err := sleep(ctx, retryInterval); err != nil {
			return err
		}
	}
}

// atOnce is a closed channel: a timeout that starts with it starts at once.
var atOnce = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// receive waits for a message. Its timeout starts when startTimeout is closed. If stop is
// closed before a message arrives, ok is false.
func (s *session) receive(ctx context.Context, startTimeout, stop <-chan struct{}) (m zmq.Msg, ok bool, err error) {
	var expired <-chan time.Time
	waiting := false
	if s.recvTimeout == 0 {
		startTimeout = nil
	}
	for {
		if err := s.out.ready(ctx); err != nil {
			return m, false, err
		}
		m, err := s.TryRecv()
		if !errors.Is(err, zmq.ErrWouldBlock) {
			return m, err == nil, err
		}
		if err := s.out.flush(); err != nil {
			return m, false, err
		}
		if !waiting {
			waiting = true
			s.waits.begin(forMessage)
			defer s.waits.end(forMessage)
		}
		select {
		case <-s.Readable():
		case <-ctx.Done():
			return m, false, ctx.Err()
		case <-s.out.gone:
		case <-stop:
			return m, false, nil
		case <-startTimeout:
			startTimeout, expired = nil, time.After(s.recvTimeout)
		case <-expired:
			return m, false, fmt.Errorf("no message arrived within %v", s.recvTimeout)
		}
	}
}

// receiveMessages receives messages up to the count, and writes them. No timeout starts
// before startTimeout is closed.
func (s *session) receiveMessages(ctx context.Context, startTimeout <-chan struct{}) error {
	for n := uint(0); s.count == 0 || n < s.count; n++ {
		m, _, err := s.receive(ctx, startTimeout, nil)
		if err == nil {
			err = s.out.write(&m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) receiveAll(ctx context.Context) error { return s.receiveMessages(ctx, atOnce) }

// sendAndReceive sends and receives at the same time. The receive timeout starts when all
// messages have been sent. sendAndReceive returns when the count has been received and all
// messages have been sent; it does not wait for the end of input from a terminal. With
// --data, receiving starts after the first attempt to send: otherwise a report could say
// that the command waits for messages, although it waits for a peer to send to.
func (s *session) sendAndReceive(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if err := s.sendUpTo(ctx, 0); err != nil {
			cancel(err)
		}
	}()
	if s.fixed {
		select {
		case <-s.firstAttempt:
		case <-sent:
		}
	}
	err := s.receiveMessages(ctx, sent)
	if err == nil && !s.in.typed {
		<-sent
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	cancel(nil)
	<-sent
	return err
}
