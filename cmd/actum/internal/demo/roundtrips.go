package demo

import (
	"context"
	"errors"
	"time"

	"github.com/actum-go/actum/zmq"
)

// roundTrips sends requests and checks that each reply belongs to its request.
// Messages counts the requests that were answered; a latency is half of a round
// trip.
func (s *scenario) roundTrips(ctx context.Context) (err error) {
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- echo(serving, s.targets[0]) }()
	defer func() {
		stop()
		err = errors.Join(err, <-served)
	}()
	b := make([]byte, messageSize)
	start := time.Now()
	for until := start.Add(s.share); time.Now().Before(until); {
		put(b, normal, s.row.messages)
		asked := time.Now()
		if err := s.sender.SendBytes(ctx, b); err != nil {
			return err
		}
		reply, err := s.sender.Recv(ctx)
		if err != nil {
			return err
		}
		s.row.latency.Add(time.Since(asked) / 2)
		if _, n := parse(reply.Bytes()); n != s.row.messages {
			s.row.reordered++
		}
		s.row.messages++
		s.arrived.Add(1)
	}
	s.row.perSecond = float64(s.row.messages) / time.Since(start).Seconds()
	return nil
}

// echo sends every request back.
func echo(ctx context.Context, rep *zmq.Socket) error {
	for {
		m, err := rep.Recv(ctx)
		if err == nil {
			err = rep.Send(ctx, m)
			m.Release()
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
