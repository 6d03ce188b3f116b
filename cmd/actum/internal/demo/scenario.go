package demo

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/measure"
	"github.com/actum-go/actum/zmq"
)

// scenario is a pattern over a transport.
type scenario struct {
	pattern, transport string
	endpoint           string // to bind
	from, to           zmq.Type
	receivers          int
	act                func(*scenario, context.Context) error

	*zmq.Context
	share    time.Duration
	progress progress

	sender  *zmq.Socket
	targets []*zmq.Socket
	arrived atomic.Uint64 // messages so far, for the progress
	row     row
}

// row is the result of a scenario.
type row struct {
	pattern, transport string
	messages           uint64
	perSecond          float64
	latency            measure.Latency
	lost, reordered    uint64
}

// subscribers is the number of subscribers of the publisher.
const subscribers = 3

// scenarios returns each pattern over each transport.
func scenarios() []*scenario {
	patterns := []scenario{
		{pattern: "PUSH/PULL", from: zmq.PUSH, to: zmq.PULL, receivers: 1, act: (*scenario).stream},
		{pattern: "PUB/SUB", from: zmq.PUB, to: zmq.SUB, receivers: subscribers, act: (*scenario).stream},
		{pattern: "REQ/REP", from: zmq.REQ, to: zmq.REP, receivers: 1, act: (*scenario).roundTrips},
	}
	transports := []struct{ name, endpoint string }{
		{"tcp", "tcp://127.0.0.1:*"}, {"ipc", "ipc://*"}, {"inproc", "inproc://demo"},
	}
	var all []*scenario
	for i := range patterns {
		for _, t := range transports {
			p := &patterns[i]
			all = append(all, &scenario{pattern: p.pattern, from: p.from, to: p.to, receivers: p.receivers, act: p.act,
				transport: t.name, endpoint: t.endpoint})
		}
	}
	return all
}

// extraTime is how much longer than its share a scenario waits for messages.
// Those still missing then are lost.
const extraTime = 5 * time.Second

// run opens the sockets, runs the scenario, and closes them.
func (s *scenario) run(ctx context.Context) (row, error) {
	s.row.pattern, s.row.transport = s.pattern, s.transport
	defer s.progress.watch(s.pattern+" over "+s.transport, &s.arrived)()
	limited, cancel := context.WithTimeout(ctx, s.share+extraTime)
	defer cancel()
	err := s.open()
	if err == nil {
		err = s.act(s, limited)
	}
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		s.row.lost, err = max(s.row.lost, 1), nil // the message that it waited for
	}
	err = errors.Join(err, s.close())
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return s.row, err
}

// open binds the sender and connects the receivers.
func (s *scenario) open() (err error) {
	if s.sender, err = s.NewSocket(s.from, zmq.Options{Linger: zmq.NoLinger}); err != nil {
		return err
	}
	if err := s.sender.Bind(s.endpoint); err != nil {
		return err
	}
	for range s.receivers {
		o := zmq.Options{Linger: zmq.NoLinger}
		if s.to == zmq.SUB {
			o.Subscribe = []string{""}
		}
		target, err := s.NewSocket(s.to, o)
		if err != nil {
			return err
		}
		s.targets = append(s.targets, target)
		if err := target.Connect(s.sender.LastEndpoint()); err != nil {
			return err
		}
	}
	return nil
}

func (s *scenario) close() (err error) {
	for _, socket := range append(s.targets, s.sender) {
		if socket != nil {
			err = errors.Join(err, socket.Close())
		}
	}
	return err
}

// throughputTime and latencyTime divide a scenario's share of time.
func (s *scenario) throughputTime() time.Duration { return s.share * 3 / 4 }
func (s *scenario) latencyTime() time.Duration    { return s.share / 4 }
