package peer

import (
	"context"
	"time"
)

// pace limits the rate: the n-th message is not sent before n intervals have
// passed. A late message does not delay later ones.
type pace struct {
	interval time.Duration
	next     time.Time
}

// longest is an interval that never ends in practice: a century. A longer one
// does not fit into a time.Duration.
const longest = 100 * 365 * 24 * time.Hour

// newPace makes a pace for a number of messages a second; 0 is as fast as
// possible.
func newPace(rate float64) *pace {
	if rate == 0 {
		return &pace{}
	}
	interval := min(float64(time.Second)/rate, float64(longest))
	return &pace{interval: time.Duration(interval), next: time.Now()}
}

// wait waits until the next message may be sent.
func (p *pace) wait(ctx context.Context) error {
	if p.interval == 0 {
		return nil
	}
	until := time.Until(p.next)
	p.next = p.next.Add(p.interval)
	return sleep(ctx, until)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
