package main

import (
	"errors"
	"sync"
	"time"

	"github.com/actum-go/actum/bench/internal/perf"
	"github.com/actum-go/actum/zmq"
)

// echo sends count messages back unchanged.
func (s *side) echo() error {
	socket := s.sockets[0]
	for range s.count {
		m, err := socket.Recv(never)
		if err == nil {
			err = sendOn(socket, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sendOn sends a received message and releases it.
func sendOn(socket *zmq.Socket, m zmq.Msg) error {
	err := socket.Send(never, m)
	m.Release()
	return err
}

// ask makes count round trips: in a stream each socket keeps its window full, in
// bursts all requests are sent and then all replies received.
func (s *side) ask() error {
	if s.burst > 0 {
		return s.askInBursts()
	}
	all := &timings{}
	if s.timed {
		all.took = perf.NewResponses(s.count)
	}
	start := time.Now()
	err := s.each(func(i int, socket *zmq.Socket) error {
		return s.keepFull(socket, share(s.count, i, len(s.sockets)), all)
	})
	perf.ReportThroughput(out, s.count, time.Since(start))
	if s.timed && err == nil {
		all.took.Percentiles(out)
	}
	return err
}

// timings joins how long the requests of all sockets waited.
type timings struct {
	mu   sync.Mutex
	took *perf.Responses
}

func (t *timings) join(took *perf.Responses) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took.Join(took)
}

// keepFull makes count round trips with the window full. Replies arrive in the order
// of the requests.
func (s *side) keepFull(socket *zmq.Socket, count int, all *timings) error {
	request := s.request()
	var took *perf.Responses
	asked := make([]time.Time, s.window) // of the requests in flight: a ring
	if s.timed {
		took = perf.NewResponses(count)
	}
	sent := 0
	for ; sent < min(s.window, count); sent++ {
		asked[sent] = time.Now()
		if err := s.sendFirst(socket, request); err != nil {
			return err
		}
	}
	for received := range count {
		m, err := s.reply(socket)
		if err != nil {
			return err
		}
		if s.timed {
			now := time.Now()
			took.Add(now.Sub(asked[received%s.window]))
			asked[received%s.window] = now
		}
		if sent == count {
			m.Release()
			continue
		}
		sent++
		if err := sendOn(socket, m); err != nil {
			return err
		}
	}
	if s.timed {
		all.join(took)
	}
	return nil
}

// before is how many frames precede the payload: a ROUTER names the peer.
func (s *side) before() int {
	if s.pattern == routerRouter {
		return 1
	}
	return 0
}

// request has the frames of a request.
func (s *side) request() [][]byte {
	if s.pattern == routerRouter {
		return append([][]byte{[]byte(routingID)}, s.payload("")...)
	}
	return s.payload("")
}

// sendFirst sends a request that no reply has preceded. A ROUTER does not know its
// peer before they have shaken hands.
func (s *side) sendFirst(socket *zmq.Socket, request [][]byte) error {
	for {
		err := s.sendOne(socket, request)
		if s.pattern != routerRouter || !errors.Is(err, zmq.ErrUnroutable) {
			return err
		}
		time.Sleep(100 * time.Microsecond)
	}
}

func (s *side) askInBursts() error {
	took := perf.NewResponses(s.count / s.burst)
	request := s.request()
	for range s.count / s.burst {
		start := time.Now()
		for i := range s.burst {
			if err := s.sendFirst(s.sockets[i%len(s.sockets)], request); err != nil {
				return err
			}
		}
		for i := range s.burst {
			m, err := s.reply(s.sockets[i%len(s.sockets)])
			if err != nil {
				return err
			}
			m.Release()
		}
		took.Add(time.Since(start))
	}
	took.Report(out, s.count)
	return nil
}

func (s *side) reply(socket *zmq.Socket) (zmq.Msg, error) {
	m, err := socket.Recv(never)
	if err == nil && !s.right(&m, s.before()) {
		err = errSize
	}
	return m, err
}
