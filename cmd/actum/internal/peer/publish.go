package peer

import (
	"context"
	"fmt"
	"time"

	"github.com/actum-go/actum/zmq"
)

// awaitSubscriptions waits for n subscriptions, up to the timeout.
func (s *session) awaitSubscriptions(ctx context.Context, n int) error {
	s.subscriptions = n
	s.waits.begin(forSubscriptions)
	defer s.waits.end(forSubscriptions)
	started := time.Now()
	for s.Stats().Subscriptions < n {
		if s.sendTimeout > 0 && time.Since(started) > s.sendTimeout {
			return fmt.Errorf("%d of %d subscriptions arrived within %v", s.Stats().Subscriptions, n, s.sendTimeout)
		}
		if err := sleep(ctx, retryInterval); err != nil {
			return err
		}
	}
	return nil
}

// publishAll sends all messages, and reports how many were dropped because
// subscribers were too slow.
func (s *session) publishAll(ctx context.Context) error {
	err := s.sendCounted(ctx)
	if n := s.Stats().Dropped[zmq.DropHighWater]; n > 0 {
		s.failed = true
		fmt.Fprintf(s.err, "actum: %d copies were dropped: subscribers were too slow; see --rate and --opt sndhwm=0\n", n)
	}
	return err
}
