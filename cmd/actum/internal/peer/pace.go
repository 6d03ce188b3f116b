package peer

import (
	"context"
	"time"
)

// pace limits the rate of sending. The times at which messages may be sent are fixed in
// advance, one interval apart, so that a message that is late does not delay later ones.
type pace struct {
	interval time.Duration
	next     time.Time // when the next message may be sent
}

// maxInterval is a century. A time.Duration has no room for three.
const maxInterval = 100 * 365 * 24 * time.Hour

// newPace makes a pace of rate messages a second; 0 sets no limit.
func newPace(rate float64) *pace {
	if rate == 0 {
		return &pace{}
	}
	interval := min(float64(time.Second)/rate, float64(maxInterval))
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

// sleep waits for d, or until ctx is done, whose error it then returns.
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
