package main

import (
	"time"

	"github.com/actum-go/actum/bench/internal/perf"
	"github.com/actum-go/actum/zmq"
)

// visit makes a connection for each request: connect, ask, receive the answer, close.
func (s *side) visit() error {
	all := &timings{took: perf.NewResponses(s.count)}
	start := time.Now()
	err := concurrently(s.peers, func(i int) error {
		count := share(s.count, i, s.peers)
		took := perf.NewResponses(count)
		request := s.request()
		for range count {
			began := time.Now()
			if err := s.visitOnce(request); err != nil {
				return err
			}
			took.Add(time.Since(began))
		}
		all.join(took)
		return nil
	})
	perf.ReportThroughput(out, s.count, time.Since(start))
	if err == nil {
		all.took.Percentiles(out)
	}
	return err
}

func (s *side) visitOnce(request [][]byte) error {
	socket, err := s.zmq.NewSocket(zmq.REQ, zmq.Options{})
	if err != nil {
		return err
	}
	defer socket.Close()
	if err := socket.Connect(s.endpoint); err != nil {
		return err
	}
	if err := s.sendOne(socket, request); err != nil {
		return err
	}
	m, err := s.reply(socket)
	m.Release()
	return err
}
