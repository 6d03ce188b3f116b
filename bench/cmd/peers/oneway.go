package main

import (
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/bench/internal/perf"
	"github.com/actum-go/actum/zmq"
)

var errSize = errors.New("received a message of another size")

// send sends all messages: in a stream each socket by itself, in bursts and at a rate
// one after the other.
func (s *side) send() error {
	payloads := s.payloads()
	switch {
	case s.rate > 0:
		return s.sendPaced()
	case s.burst > 0:
		return s.sendBursts(payloads)
	}
	return s.each(func(i int, socket *zmq.Socket) error {
		count := share(s.count/s.copies(), i, len(s.sockets))
		if s.batch > 0 {
			return s.sendBatches(socket, count)
		}
		next := 0
		for range count {
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

func (s *side) sendBursts(payloads [][][]byte) error {
	bursts := s.count / s.copies() / s.burst
	took := perf.NewResponses(bursts)
	sent := 0
	var b [8]byte
	for range bursts {
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
	took.Report(out, s.count)
	return nil
}

// receiving is the receivers' common count.
type receiving struct {
	*side
	received atomic.Int64
	first    atomic.Int64 // when the first message came, nanoseconds of the clock
	ended    atomic.Bool

	mu     sync.Mutex
	took   *perf.Responses // of messages that are sent at a rate: from when they were due
	warmup int
}

// receive takes count messages, from any socket.
func (s *side) receive() error {
	r := &receiving{side: s}
	if s.rate > 0 {
		r.took = perf.NewResponses(s.count)
	}
	from := r.from
	if s.batch > 0 {
		from = r.batchesFrom
	}
	err := s.each(func(_ int, socket *zmq.Socket) error { return from(socket) })
	if s.rate > 0 && err == nil {
		r.took.Percentiles(out)
	}
	return err
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
		if !r.right(&m, 0) {
			return errSize
		}
		if n++; r.first.Load() == 0 {
			r.first.CompareAndSwap(0, time.Now().UnixNano())
		}
		if r.took != nil {
			r.late(time.Now(), int64(binary.LittleEndian.Uint64(m.Bytes())))
		}
		m.Release()
	}
}

// add counts n more messages. The last one ends all receivers.
func (r *receiving) add(n int) (end bool, err error) {
	received := int(r.received.Add(int64(n)))
	now := time.Now()
	if r.burst > 0 && received%(r.burst*r.copies()) == 0 {
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
