package peer

import (
	"context"
	"errors"

	"github.com/actum-go/actum/zmq"
)

// askAll sends each request and writes its reply.
func (s *session) askAll(ctx context.Context) error {
	p := newPace(s.rate)
	for n := uint(0); s.count == 0 || n < s.count; n++ {
		request, ok, err := s.in.take(ctx)
		if err != nil || !ok {
			return err
		}
		if err = p.wait(ctx); err == nil {
			err = s.out.ready(ctx) // without a reader, the reply would be lost
		}
		if err == nil {
			err = s.send(ctx, request)
		}
		if err != nil {
			s.unsent.Add(1)
			return err
		}
		reply, _, err := s.receive(ctx, atOnce, nil)
		if err != nil {
			return err
		}
		if err := s.show(&reply); err != nil {
			return err
		}
	}
	return nil
}

// echoAll replies to each request with the request itself.
func (s *session) echoAll(ctx context.Context) error {
	return s.serve(ctx, nil, func(request zmq.Msg) (zmq.Msg, error) { return request, nil })
}

// answerAll replies with the next message to send, and ends when there is none.
func (s *session) answerAll(ctx context.Context) error {
	p := newPace(s.rate)
	err := s.serve(ctx, s.in.ended, func(zmq.Msg) (zmq.Msg, error) {
		reply, ok, err := s.in.take(ctx)
		if err == nil && !ok {
			err = errors.New("standard input ended before it had a reply to the request")
		}
		if err == nil {
			err = p.wait(ctx)
		}
		return reply, err
	})
	if err == nil && s.inputEnded() {
		err = s.in.err
	}
	return err
}

func (s *session) inputEnded() bool {
	select {
	case <-s.in.ended:
		return true
	default:
		return false
	}
}

// serve writes each request and sends its reply, until stop is closed.
func (s *session) serve(ctx context.Context, stop <-chan struct{}, answer func(zmq.Msg) (zmq.Msg, error)) error {
	for n := uint(0); s.count == 0 || n < s.count; n++ {
		request, ok, err := s.receive(ctx, atOnce, stop)
		if err != nil || !ok {
			return err
		}
		if err := s.show(&request); err != nil {
			return err
		}
		reply, err := answer(request)
		if err != nil {
			return err
		}
		if err := s.send(ctx, reply); err != nil {
			return err
		}
	}
	return nil
}

// show writes a message at once, because a user may be waiting for it.
func (s *session) show(m *zmq.Msg) error {
	if err := s.out.write(m); err != nil {
		return err
	}
	return s.out.flush()
}
