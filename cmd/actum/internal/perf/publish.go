package perf

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/actum-go/actum/zmq"
)

// A publisher drops what a subscriber's high-water mark has no room for, and what
// is dropped measures nothing. So the publisher watches how much has left: it
// publishes a batch when so little waits that no subscriber can run out of room,
// even if all of it waited for the same one.
const (
	publishBatch = 100
	publishAhead = zmq.DefaultHWM - publishBatch - 1 // one is the end
)

// publisher sends the same to n subscribers.
type publisher struct {
	*zmq.Socket
	n      int
	handed int  // messages times subscribers
	alone  bool // a subscriber has left
}

// publish waits for n subscriptions, sends count messages, and then an empty one.
func (r *run) publish(s *zmq.Socket, size, count, n int) error {
	p := &publisher{Socket: s, n: n}
	if err := r.until(func() bool { return s.Stats().Subscriptions >= n }); err != nil {
		return err
	}
	counting := r.countAllocs()
	for left := count; left > 0; left -= publishBatch {
		if err := r.until(p.room); err != nil {
			return err
		}
		if p.alone {
			return errors.New("a subscriber has left")
		}
		if err := p.batch(size, min(left, publishBatch)); err != nil {
			return err
		}
	}
	if err := counting.report(r, count); err != nil {
		return err
	}
	if dropped := s.Stats().Dropped; len(dropped) > 0 {
		return fmt.Errorf("messages were dropped: %v", dropped)
	}
	return s.SendBytes(never, nil)
}

// room reports whether the next batch can be published, or never can.
func (p *publisher) room() bool {
	stats := p.Stats()
	p.alone = stats.Subscriptions < p.n
	return p.handed-int(stats.Sent) <= publishAhead || p.alone
}

func (p *publisher) batch(size, count int) error {
	p.handed += count * p.n
	if size >= pooled {
		return pushLarge(p.Socket, size, count)
	}
	return pushSmall(p.Socket, size, count)
}

// until waits for something that nothing tells of. It gives way to those who do
// the work at first, then sleeps.
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
