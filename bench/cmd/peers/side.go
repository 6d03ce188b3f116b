package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/actum-go/actum/zmq"
)

// never is the context of the calls that are measured.
var never = context.Background()

// routingID is that of the one side of router-router.
const routingID = "one"

// side is one of the two sides.
type side struct {
	job
	zmq     *zmq.Context
	sockets []*zmq.Socket
	conn    net.Conn // to the other side: control.go
}

// one binds, waits for the peers, and begins.
func (s *side) one(p pattern) error {
	if err := s.bind(p); err != nil {
		return err
	}
	leftover(s.control)
	var err error
	if s.conn, err = meet(s.control); err != nil {
		return err
	}
	defer s.conn.Close()
	s.awaitPeers()
	if err := sayGo(s.conn); err != nil {
		return err
	}
	return s.do(p.oneDoes)
}

func (s *side) bind(p pattern) error {
	o := zmq.Options{NoDrop: p.one == zmq.PUB, Backlog: max(s.peers+s.idle, 100)}
	if s.pattern == routerRouter {
		o.RoutingID = []byte(routingID)
	}
	socket, err := s.zmq.NewSocket(p.one, o)
	if err != nil {
		return err
	}
	s.sockets = []*zmq.Socket{socket}
	return socket.Bind(s.endpoint)
}

// awaitPeers waits until the bound socket has all of its peers, and their
// subscriptions.
func (s *side) awaitPeers() {
	for !s.complete(s.sockets[0].Stats()) {
		time.Sleep(100 * time.Microsecond)
	}
}

func (s *side) complete(now zmq.Stats) bool {
	peers, subscriptions := s.peers+s.idle, 0
	switch s.pattern {
	case pubSub:
		subscriptions = s.peers * topicsEach
	case pubSubAll:
		subscriptions = s.peers
	case connect:
		return true // the peers connect when they ask
	}
	return now.Peers == peers && now.Subscriptions == subscriptions
}

// many connects, and begins when the other side sends the byte.
func (s *side) many(p pattern) error {
	err := s.connectAll(p)
	if err != nil {
		return err
	}
	if s.conn, err = call(s.control); err != nil {
		return err
	}
	defer s.conn.Close()
	if err := awaitGo(s.conn); err != nil {
		return err
	}
	return s.do(p.manyDoes)
}

func (s *side) connectAll(p pattern) error {
	if s.pattern == connect {
		return nil
	}
	for i := range s.peers {
		socket, err := s.zmq.NewSocket(p.many, s.options(i))
		if err == nil {
			s.sockets = append(s.sockets, socket)
			err = socket.Connect(s.endpoint)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// startInterval is how often a peer tries to connect before the one side has bound.
const startInterval = 10 * time.Millisecond

// options are those of peer i.
func (s *side) options(i int) zmq.Options {
	o := zmq.Options{ReconnectInterval: startInterval}
	switch s.pattern {
	case pubSubAll:
		o.Subscribe = []string{""}
	case pubSub:
		for k := range topicsEach {
			o.Subscribe = append(o.Subscribe, topic(i, k))
		}
	case routerRouter:
		o.RoutingID = fmt.Appendf(nil, "%04d", i)
		o.RouterMandatory = true
	}
	return o
}

// both has both sides in one process.
func both(s *side, p pattern) error {
	many := &side{job: s.job, zmq: s.zmq}
	err := s.bind(p)
	if err == nil {
		err = many.connectAll(p)
	}
	if err != nil {
		return err
	}
	s.awaitPeers()
	s.conn, many.conn = net.Pipe()
	other := make(chan error, 1)
	go func() { other <- p.manyDoes(many) }()
	err = p.oneDoes(s)
	err = errors.Join(err, <-other)
	return many.finish(s.finish(err))
}

// do does this side's part, and closes the sockets when the other side has done its.
func (s *side) do(part func(*side) error) error {
	err := part(s)
	if err == nil {
		err = awaitEnd(s.conn)
	}
	return s.finish(err)
}

// finish closes the sockets, which delivers what is queued.
func (s *side) finish(err error) error {
	for _, socket := range s.sockets {
		err = errors.Join(err, socket.Close())
	}
	return err
}

// topic is the kth topic of subscriber i.
func topic(i, k int) string { return fmt.Sprintf("%04d", i*topicsEach+k) }

// each runs f for all sockets concurrently, and returns the first error.
func (s *side) each(f func(i int, socket *zmq.Socket) error) error {
	if len(s.sockets) == 1 {
		return f(0, s.sockets[0])
	}
	return concurrently(len(s.sockets), func(i int) error { return f(i, s.sockets[i]) })
}

// concurrently calls f with the numbers below n, each on a goroutine of its own, and
// returns the first error.
func concurrently(n int, f func(i int) error) error {
	var all sync.WaitGroup
	failed := make(chan error, n)
	for i := range n {
		all.Go(func() { failed <- f(i) })
	}
	all.Wait()
	close(failed)
	var first error
	for err := range failed {
		if first == nil {
			first = err
		}
	}
	return first
}

// share is how many of count belong to one of n.
func share(count, i, n int) int { return (count + i) / n }
