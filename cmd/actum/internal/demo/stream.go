package demo

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/actum-go/actum/zmq"
)

// A publisher drops messages for a subscriber that is full. To lose none, the
// subscribers give credit: the publisher is never further ahead than creditBatch
// times creditBatches messages, which is below the high-water mark.
const (
	creditBatch   = 200
	creditBatches = 4
)

// stream sends from one socket to one or several others.
func (s *scenario) stream(ctx context.Context) error {
	if s.from == zmq.PUB {
		if err := s.awaitSubscribers(ctx); err != nil {
			return err
		}
	}
	if err := s.flood(ctx); err != nil {
		return err
	}
	return s.oneByOne(ctx)
}

// awaitSubscribers waits until the publisher knows of every subscriber.
func (s *scenario) awaitSubscribers(ctx context.Context) error {
	for s.sender.Stats().Subscriptions < len(s.targets) {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// flood sends as fast as the receivers accept, and counts lost and reordered
// messages.
func (s *scenario) flood(ctx context.Context) error {
	readers := make([]*reader, len(s.targets))
	var receiving sync.WaitGroup
	for i, target := range s.targets {
		readers[i] = newReader(s, target)
		receiving.Go(func() { readers[i].run(ctx) })
	}
	start := time.Now()
	sent, err := s.sendFor(ctx, s.throughputTime(), readers)
	receiving.Wait()
	elapsed := time.Since(start)
	for _, r := range readers {
		err = errors.Join(err, r.err)
		s.row.messages += r.arrived
		s.row.lost += r.lost(sent)
		s.row.reordered += r.reordered
	}
	s.row.perSecond = float64(s.row.messages) / elapsed.Seconds()
	return err
}

// sendFor sends messages for the given time, then the end message, and returns
// the number of messages.
func (s *scenario) sendFor(ctx context.Context, d time.Duration, to []*reader) (n uint64, err error) {
	b := make([]byte, messageSize)
	for until := time.Now().Add(d); n%creditBatch != 0 || time.Now().Before(until); n++ {
		if n%creditBatch == 0 && s.from == zmq.PUB {
			if err := awaitCredit(ctx, to); err != nil {
				return n, err
			}
		}
		put(b, normal, n)
		if err := s.sender.SendBytes(ctx, b); err != nil {
			return n, err
		}
	}
	put(b, end, n)
	return n, s.sender.SendBytes(ctx, b)
}

func awaitCredit(ctx context.Context, from []*reader) error {
	for _, r := range from {
		select {
		case <-r.credit:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// oneByOne sends each message after all receivers have the one before.
func (s *scenario) oneByOne(ctx context.Context) error {
	b := make([]byte, messageSize)
	for until := time.Now().Add(s.latencyTime()); time.Now().Before(until); s.row.messages++ {
		put(b, normal, s.row.messages)
		start := time.Now()
		if err := s.sender.SendBytes(ctx, b); err != nil {
			return err
		}
		for _, target := range s.targets {
			m, err := target.Recv(ctx)
			if err != nil {
				return err
			}
			if _, n := parse(m.Bytes()); n != s.row.messages {
				s.row.reordered++
			}
		}
		s.row.latency.Add(time.Since(start))
		s.arrived.Add(1)
	}
	return nil
}
