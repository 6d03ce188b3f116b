package perf

import (
	"fmt"
	"runtime"
	"time"

	"github.com/actum-go/actum/zmq"
)

// publish waits for n subscriptions, sends count messages, and then an empty one.
// The socket waits for subscribers that are full, because a measurement with
// dropped messages is useless.
func (r *run) publish(s *zmq.Socket, size, count, n int) error {
	if err := r.until(func() bool { return s.Stats().Subscriptions >= n }); err != nil {
		return err
	}
	if err := r.push(s, size, count); err != nil {
		return err
	}
	if dropped := s.Stats().Dropped; len(dropped) > 0 {
		return fmt.Errorf("messages were dropped: %v", dropped)
	}
	return s.SendBytes(never, nil)
}

// until polls for something without a notification. At first it yields to other
// goroutines, then it sleeps.
func (r *run) until(done func() bool) error {
	for tries := 0; !done(); tries++ {
		if r.interrupted.Err() != nil {
			return r.interrupted.Err()
		}
		if tries < 20 {
			runtime.Gosched()
		} else {
			time.Sleep(20 * time.Microsecond)
		}
	}
	return nil
}
