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
	switch {
	case s.pattern == "rep-req":
		return s.askOneByOne()
	case s.burst > 0:
		return s.askInBursts()
	}
	start := time.Now()
	err := s.each(func(i int, socket *zmq.Socket) error {
		return s.keepFull(socket, s.share(s.count, i))
	})
	perf.ReportThroughput(out, s.count, time.Since(start))
	return err
}

func (s *side) keepFull(socket *zmq.Socket, count int) error {
	payload := make([]byte, s.size)
	sent := 0
	for ; sent < min(window, count); sent++ {
		if err := s.sendOne(socket, payload); err != nil {
			return err
		}
	}
	for range count {
		m, err := s.reply(socket)
		switch {
		case err != nil:
		case sent < count:
			sent++
			err = sendOn(socket, m)
		default:
			m.Release()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// askOneByOne has one request in flight on each socket.
func (s *side) askOneByOne() error {
	all := perf.NewResponses(s.count)
	var mu sync.Mutex
	start := time.Now()
	err := s.each(func(i int, socket *zmq.Socket) error {
		count := s.share(s.count, i)
		took := perf.NewResponses(count)
		m := zmq.AllocMsg(s.size)
		for last := time.Now(); count > 0; count-- {
			err := sendOn(socket, m)
			if err == nil {
				m, err = s.reply(socket)
			}
			if err != nil {
				return err
			}
			now := time.Now()
			took.Add(now.Sub(last))
			last = now
		}
		mu.Lock()
		all.Join(took)
		mu.Unlock()
		return nil
	})
	perf.ReportThroughput(out, s.count, time.Since(start))
	all.Percentiles(out)
	return err
}

func (s *side) askInBursts() error {
	took := perf.NewResponses(s.count / s.burst)
	payload := make([]byte, s.size)
	for range s.count / s.burst {
		start := time.Now()
		for i := range s.burst {
			if err := s.sendOne(s.sockets[i%len(s.sockets)], payload); err != nil {
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
	if err == nil && m.Size() != s.size {
		err = errors.New("received a message of another size")
	}
	return m, err
}
