package perf

import (
	"fmt"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/measure"
	"github.com/actum-go/actum/zmq"
)

// pooled is the size in bytes from which on the library refers to a message's
// memory instead of copying it. From there on, messages are made in memory that
// was used before, and given back: libzmq's zmq_msg_init_size and zmq_msg_close.
// Below it, one buffer is sent again and again, and copied.
const pooled = 4 << 10

// push sends count messages.
func (r *run) push(s *zmq.Socket, size, count int) error {
	counting := r.countAllocs()
	send := pushSmall
	if size >= pooled {
		send = pushLarge
	}
	if err := send(s, size, count); err != nil {
		return err
	}
	return counting.report(r, count)
}

func pushSmall(s *zmq.Socket, size, count int) error {
	b := make([]byte, size)
	for range count {
		if err := s.SendBytes(never, b); err != nil {
			return err
		}
	}
	return nil
}

func pushLarge(s *zmq.Socket, size, count int) error {
	for range count {
		if err := s.Send(never, zmq.AllocMsg(size)); err != nil {
			return err
		}
	}
	return nil
}

// pull receives count messages and reports how fast they came, from the first
// to the last.
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
		if size >= pooled {
			m.Release()
		}
	}
	return nil
}

// answer sends every request back as it came.
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
		if err := s.Send(never, m); err != nil {
			return err
		}
	}
	return counting.report(r, roundtrips)
}

// ask sends a request and waits for its reply, which is the next request.
func (r *run) ask(s *zmq.Socket, size, roundtrips int) error {
	m := zmq.AllocMsg(size)
	counting := r.countAllocs()
	laps := measure.StartLaps(roundtrips)
	for range roundtrips {
		err := s.Send(never, m)
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
