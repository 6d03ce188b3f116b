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

// sendUpTo sends at most that number of messages; 0 means no limit.
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

// retryInterval is how often to check for a new peer, because there is no
// notification.
const retryInterval = 20 * time.Millisecond

// send sends one message. If a router has no peer for it, a message of --data
// waits for the peer, but a message of standard input must not delay later ones.
func (s *session) send(ctx context.Context, m zmq.Msg) error {
	err := s.TrySend(m)
	s.attempt.Do(func() { close(s.attempted) })
	if err == nil {
		return nil
	}
	s.notice.begin(forRoom)
	defer s.notice.end(forRoom)
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

// at is the start of a receive's timeout.
type at <-chan struct{}

var atOnce = func() at {
	c := make(chan struct{})
	close(c)
	return c
}()

// receive waits for a message, up to the timeout, which starts at from. If until
// is closed first, there is no message.
func (s *session) receive(ctx context.Context, from at, until <-chan struct{}) (m zmq.Msg, ok bool, err error) {
	var late <-chan time.Time
	waiting := false
	if s.recvTimeout == 0 {
		from = nil
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
			s.notice.begin(forMessage)
			defer s.notice.end(forMessage)
		}
		select {
		case <-s.Readable():
		case <-ctx.Done():
			return m, false, ctx.Err()
		case <-s.out.gone:
		case <-until:
			return m, false, nil
		case <-from:
			from, late = nil, time.After(s.recvTimeout)
		case <-late:
			return m, false, fmt.Errorf("no message arrived within %v", s.recvTimeout)
		}
	}
}

// receiveFrom receives and writes messages. Timeouts start at from.
func (s *session) receiveFrom(ctx context.Context, from at) error {
	for n := uint(0); s.count == 0 || n < s.count; n++ {
		m, _, err := s.receive(ctx, from, nil)
		if err == nil {
			err = s.out.write(&m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) receiveAll(ctx context.Context) error { return s.receiveFrom(ctx, atOnce) }

// sendAndReceive sends and receives at once. While there are messages to send,
// the receive timeout does not run. It ends when the count is received and all
// messages are sent. It does not wait for the end of input from a terminal. It starts
// to receive after the first attempt to send a message of --data, so that what it
// reports of its wait is true of that message, too.
func (s *session) sendAndReceive(ctx context.Context) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if err := s.sendUpTo(ctx, 0); err != nil {
			end(err)
		}
	}()
	if s.fixed {
		select {
		case <-s.attempted:
		case <-sent:
		}
	}
	err := s.receiveFrom(ctx, sent)
	if err == nil && !s.in.typed {
		<-sent
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	end(nil)
	<-sent
	return err
}
