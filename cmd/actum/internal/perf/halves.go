package perf

import (
	"fmt"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/measure"
	"github.com/actum-go/actum/zmq"
)

// byReference is the size, in bytes, from which one payload that does not change
// is sent again and again without a copy, as libzmq's programs do with
// zmq_msg_init_data. Smaller payloads are copied into each message.
const byReference = 32 << 10

// push sends count messages.
func (r *run) push(s *zmq.Socket, size, count int) error {
	counting := r.countAllocs()
	send := s.SendBytes
	if size >= byReference {
		send = s.SendOwned
	}
	payload := make([]byte, size)
	for range count {
		if err := send(never, payload); err != nil {
			return err
		}
	}
	return counting.report(r, count)
}

// pull receives count messages and reports their rate, from the first to the
// last.
func (r *run) pull(s *zmq.Socket, size, count int) error {
	if err := receive(s, size, 1); err != nil {
		return err
	}
	counting := r.countAllocs()
	start := time.Now()
	if err := receive(s, size, count-1); err != nil {
		return err
	}
	elapsed := time.Since(start)
	if err := r.reportThroughput(size, count, count, elapsed); err != nil {
		return err
	}
	return counting.report(r, count)
}

func receive(s *zmq.Socket, size, count int) error {
	for range count {
		m, err := s.Recv(never)
		if err != nil {
			return err
		}
		if m.Size() != size {
			return sizeError(m.Size(), size)
		}
		m.Release()
	}
	return nil
}

// answer sends every request back unchanged.
func (r *run) answer(s *zmq.Socket, size, roundtrips int) error {
	counting := r.countAllocs()
	for range roundtrips {
		m, err := s.Recv(never)
		if err != nil {
			return err
		}
		if m.Size() != size {
			return sizeError(m.Size(), size)
		}
		err = s.Send(never, m)
		m.Release()
		if err != nil {
			return err
		}
	}
	return counting.report(r, roundtrips)
}

// ask sends a request and waits for its reply, which becomes the next request.
func (r *run) ask(s *zmq.Socket, size, roundtrips int) error {
	m := zmq.AllocMsg(size)
	counting := r.countAllocs()
	laps := measure.StartLaps(roundtrips)
	for range roundtrips {
		err := s.Send(never, m)
		m.Release()
		if err == nil {
			m, err = s.Recv(never)
		}
		if err != nil {
			return err
		}
		if m.Size() != size {
			return sizeError(m.Size(), size)
		}
		laps.Lap()
	}
	if err := r.reportLatency(size, roundtrips, laps.Latency); err != nil {
		return err
	}
	return counting.report(r, roundtrips)
}

func sizeError(got, want int) error {
	return fmt.Errorf("received a message of %d bytes instead of %d: is the other side's SIZE the same?", got, want)
}
