package perf

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/actum-go/actum/zmq"
)

// subscriber is the result of one subscriber.
type subscriber struct {
	delivered   int
	first, last time.Time
	err         error
}

// subscribers receives on n sockets at once until each has received the empty
// message that marks the end. It reports the messages of all together, from the
// first message of any to the last of any.
func (r *run) subscribers(endpoint string, size, count, n int) error {
	seen := make([]subscriber, n)
	var receiving sync.WaitGroup
	for i := range seen {
		s, err := r.socket(zmq.SUB, zmq.Options{Subscribe: []string{""}})
		if err == nil {
			err = s.Connect(endpoint)
		}
		if err != nil {
			return err
		}
		receiving.Go(func() { seen[i].receive(s, make([]zmq.Msg, max(r.batch, 1))) })
	}
	receiving.Wait()
	return r.reportFanout(size, count, seen)
}

func (u *subscriber) receive(s *zmq.Socket, ms []zmq.Msg) {
	for {
		n, err := next(s, ms)
		if u.delivered == 0 {
			u.first = time.Now()
		}
		for i := range ms[:n] {
			if ms[i].Size() == 0 {
				u.last = time.Now()
				return
			}
			u.delivered++
		}
		if err != nil {
			u.last, u.err = time.Now(), err
			return
		}
		zmq.ReleaseBatch(ms[:n])
	}
}

// next receives messages into ms: with Recv if there is room for one.
func next(s *zmq.Socket, ms []zmq.Msg) (n int, err error) {
	if len(ms) > 1 {
		return s.RecvBatch(never, ms)
	}
	if ms[0], err = s.Recv(never); err != nil {
		return 0, err
	}
	return 1, nil
}

func (r *run) reportFanout(size, count int, seen []subscriber) error {
	all := seen[0]
	for _, u := range seen[1:] {
		all.delivered += u.delivered
		all.err = errors.Join(all.err, u.err)
		if u.first.Before(all.first) {
			all.first = u.first
		}
		if u.last.After(all.last) {
			all.last = u.last
		}
	}
	if all.err != nil {
		return all.err
	}
	err := r.reportThroughput(size, count, all.delivered, all.last.Sub(all.first))
	if err != nil {
		return err
	}
	if r.json != nil {
		r.json.Delivered = &deliveredReport{all.delivered, count * len(seen)}
		return nil
	}
	_, err = fmt.Fprintf(r.Out, "delivered: %d of %d\n", all.delivered, count*len(seen))
	return err
}
