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

const (
	// topicsEach is how many topics of its own each subscriber wants.
	topicsEach = 10
	// topicSize is the bytes of a topic, with which its messages begin.
	topicSize = 4
	// window is how many requests each DEALER has in flight in a stream.
	window = 100
	// byReference is the size from which on one payload is sent repeatedly without a
	// copy, as the C programs do.
	byReference = 32 << 10
)

// never is the context of the calls that are measured.
var never = context.Background()

// side is one of the two processes.
type side struct {
	job
	zmq     *zmq.Context
	sockets []*zmq.Socket
	conn    net.Conn // to the other side: control.go
}

// one binds, waits for the peers, and begins.
func (s *side) one(p pattern) error {
	socket, err := s.zmq.NewSocket(p.one, zmq.Options{NoDrop: p.one == zmq.PUB})
	if err == nil {
		s.sockets = []*zmq.Socket{socket}
		err = socket.Bind(s.endpoint)
	}
	if err != nil {
		return err
	}
	leftover(s.control)
	if s.conn, err = meet(s.control); err != nil {
		return err
	}
	defer s.conn.Close()
	for !s.complete(socket.Stats()) {
		time.Sleep(100 * time.Microsecond)
	}
	if err := sayGo(s.conn); err != nil {
		return err
	}
	return s.finish(p.oneDoes(s))
}

func (s *side) complete(now zmq.Stats) bool {
	return now.Peers == s.peers && (s.pattern != "pub-sub" || now.Subscriptions == s.peers*topicsEach)
}

// many connects, and begins when the other side sends the byte.
func (s *side) many(p pattern) (err error) {
	for i := range s.peers {
		var o zmq.Options
		if p.many == zmq.SUB {
			for k := range topicsEach {
				o.Subscribe = append(o.Subscribe, topic(i, k))
			}
		}
		socket, err := s.zmq.NewSocket(p.many, o)
		if err == nil {
			s.sockets = append(s.sockets, socket)
			err = socket.Connect(s.endpoint)
		}
		if err != nil {
			return err
		}
	}
	if s.conn, err = call(s.control); err != nil {
		return err
	}
	defer s.conn.Close()
	if err := awaitGo(s.conn); err != nil {
		return err
	}
	return s.finish(p.manyDoes(s))
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
	var all sync.WaitGroup
	failed := make(chan error, len(s.sockets))
	for i, socket := range s.sockets {
		all.Go(func() { failed <- f(i, socket) })
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

// share is how many of n belong to socket i.
func (s *side) share(n, i int) int { return (n + i) / len(s.sockets) }
