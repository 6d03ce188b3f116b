package demo

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/measure"
	"github.com/actum-go/actum/zmq"
)

// scene is a pattern over a transport.
type scene struct {
	pattern, transport string
	endpoint           string // to bind
	from, to           zmq.Type
	receivers          int
	act                func(*scene, context.Context) error

	*zmq.Context
	share    time.Duration
	progress progress

	sender  *zmq.Socket
	targets []*zmq.Socket
	arrived atomic.Uint64 // messages so far, for the progress
	row     row
}

// row is what came of a scene.
type row struct {
	pattern, transport string
	messages           uint64
	perSecond          float64
	latency            measure.Latency
	lost, reordered    uint64
}

// subscribers of a publisher.
const subscribers = 3

// scenes are all of them: each pattern over each transport.
func scenes() []*scene {
	patterns := []scene{
		{pattern: "PUSH/PULL", from: zmq.PUSH, to: zmq.PULL, receivers: 1, act: (*scene).stream},
		{pattern: "PUB/SUB", from: zmq.PUB, to: zmq.SUB, receivers: subscribers, act: (*scene).stream},
		{pattern: "REQ/REP", from: zmq.REQ, to: zmq.REP, receivers: 1, act: (*scene).roundTrips},
	}
	transports := []struct{ name, endpoint string }{
		{"tcp", "tcp://127.0.0.1:*"}, {"ipc", "ipc://*"}, {"inproc", "inproc://demo"},
	}
	var all []*scene
	for i := range patterns {
		for _, t := range transports {
			p := &patterns[i]
			all = append(all, &scene{pattern: p.pattern, from: p.from, to: p.to, receivers: p.receivers, act: p.act,
				transport: t.name, endpoint: t.endpoint})
		}
	}
	return all
}

// patience is how long beyond its share a scene waits for messages: those still
// missing then are lost.
const patience = 5 * time.Second

// run opens the sockets, has the scene act, and closes them.
func (s *scene) run(ctx context.Context) (row, error) {
	s.row.pattern, s.row.transport = s.pattern, s.transport
	defer s.progress.watch(s.pattern+" over "+s.transport, &s.arrived)()
	limited, cancel := context.WithTimeout(ctx, s.share+patience)
	defer cancel()
	err := s.open()
	if err == nil {
		err = s.act(s, limited)
	}
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		s.row.lost, err = max(s.row.lost, 1), nil // what it waited for did not come
	}
	err = errors.Join(err, s.close())
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return s.row, err
}

// open binds the sender and connects those it sends to.
func (s *scene) open() (err error) {
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

func (s *scene) close() (err error) {
	for _, socket := range append(s.targets, s.sender) {
		if socket != nil {
			err = errors.Join(err, socket.Close())
		}
	}
	return err
}

// throughput and latency take their parts of a scene's share of time.
func (s *scene) throughputTime() time.Duration { return s.share * 3 / 4 }
func (s *scene) latencyTime() time.Duration    { return s.share / 4 }
