package main

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/bench/internal/perf"
	"github.com/actum-go/actum/zmq"
)

// send sends count messages: in a stream each socket by itself, in bursts one
// after the other.
func (s *side) send() error {
	payloads := s.payloads()
	if s.burst > 0 {
		return s.sendBursts(payloads)
	}
	return s.each(func(i int, socket *zmq.Socket) error {
		next := 0
		for range s.share(s.count, i) {
			if err := s.sendOne(socket, payloads[next]); err != nil {
				return err
			}
			if next++; next == len(payloads) {
				next = 0
			}
		}
		return nil
	})
}

func (s *side) sendBursts(payloads [][]byte) error {
	took := perf.NewResponses(s.count / s.burst)
	sent := 0
	var b [8]byte
	for range s.count / s.burst {
		start := time.Now()
		for range s.burst {
			socket := s.sockets[sent%len(s.sockets)]
			if err := s.sendOne(socket, payloads[sent%len(payloads)]); err != nil {
				return err
			}
			sent++
		}
		last, err := acknowledged(s.conn, &b)
		if err != nil {
			return err
		}
		took.Add(last.Sub(start.Round(0)))
	}
	took.Report(out, sent)
	return nil
}

// receiving is the receivers' common count.
type receiving struct {
	*side
	received atomic.Int64
	first    atomic.Int64 // when the first message came, nanoseconds of the clock
	ended    atomic.Bool
}

// receive takes count messages, from any socket.
func (s *side) receive() error {
	r := &receiving{side: s}
	return s.each(func(_ int, socket *zmq.Socket) error { return r.from(socket) })
}

// atOnce is how many messages are counted together in a stream.
const atOnce = 256

// from counts what one socket receives. It adds to the common count in batches, and
// when there is nothing more to receive.
func (r *receiving) from(socket *zmq.Socket) error {
	for n := 0; ; {
		m, err := socket.TryRecv()
		if errors.Is(err, zmq.ErrWouldBlock) || n == atOnce {
			if n > 0 {
				if end, failed := r.add(n); end || failed != nil {
					return failed
				}
				n = 0
			}
			if err != nil {
				m, err = socket.Recv(never)
			}
		}
		if err != nil {
			if r.ended.Load() {
				return nil
			}
			return err
		}
		if m.Size() != r.size {
			return errors.New("received a message of another size")
		}
		if n++; r.first.Load() == 0 {
			r.first.CompareAndSwap(0, time.Now().UnixNano())
		}
		m.Release()
	}
}

// add counts n more messages. The last one ends all receivers.
func (r *receiving) add(n int) (end bool, err error) {
	received := int(r.received.Add(int64(n)))
	now := time.Now()
	if r.burst > 0 && received%r.burst == 0 {
		err = acknowledge(r.conn, now)
	}
	if received < r.count {
		return false, err
	}
	if r.burst == 0 {
		perf.ReportThroughput(out, r.count, time.Duration(now.UnixNano()-r.first.Load()))
	}
	r.ended.Store(true)
	return true, errors.Join(err, r.finish(nil)) // ends the receivers that still wait
}
