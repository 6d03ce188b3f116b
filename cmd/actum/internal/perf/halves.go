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
	if r.batch > 1 {
		if err := pushBatches(s, size, count, r.batch); err != nil {
			return err
		}
		return counting.report(r, count)
	}
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

// pushBatches sends count messages in batches. All of them have the same payload.
func pushBatches(s *zmq.Socket, size, count, batch int) error {
	ms := make([]zmq.Msg, min(batch, count))
	payload := make([]byte, size)
	for i := range ms {
		ms[i] = zmq.NewMsg(payload)
	}
	for left := count; left > 0; left -= len(ms) {
		ms = ms[:min(len(ms), left)]
		if _, err := s.SendBatch(never, ms); err != nil {
			return err
		}
	}
	return nil
}

// pull receives count messages and reports their rate, from the first to the
// last.
func (r *run) pull(s *zmq.Socket, size, count int) error {
	if err := r.receive(s, size, 1); err != nil {
		return err
	}
	counting := r.countAllocs()
	start := time.Now()
	if err := r.receive(s, size, count-1); err != nil {
		return err
	}
	elapsed := time.Since(start)
	if err := r.reportThroughput(size, count, count, elapsed); err != nil {
		return err
	}
	return counting.report(r, count)
}

func (r *run) receive(s *zmq.Socket, size, count int) error {
	if r.batch > 1 {
		return receiveBatches(s, size, count, r.batch)
	}
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

func receiveBatches(s *zmq.Socket, size, count, batch int) error {
	ms := make([]zmq.Msg, batch)
	for left := count; left > 0; {
		n, err := s.RecvBatch(never, ms[:min(batch, left)])
		if err != nil {
			return err
		}
		for i := range ms[:n] {
			if got := ms[i].Size(); got != size {
				return sizeError(got, size)
			}
		}
		zmq.ReleaseBatch(ms[:n])
		left -= n
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
