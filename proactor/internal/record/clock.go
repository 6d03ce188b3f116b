package record

import "time"

// clock is what the times of a record are read from: the dispatcher's clock, or,
// where it counts evenly, the processor's counter, whose readings are made into
// times of the dispatcher's clock when somebody asks for them.
type clock struct {
	now      func() time.Duration
	counting bool
	// A moment at which both were read.
	now0   time.Duration
	ticks0 int64
}

func newClock(now func() time.Duration, virtual bool) clock {
	c := clock{now: now, counting: counting && !virtual}
	c.now0, c.ticks0 = c.both()
	return c
}

// both reads both at one moment, nearly: of three attempts the one that took the
// shortest, in case the goroutine was interrupted.
func (c *clock) both() (now time.Duration, count int64) {
	shortest := time.Duration(-1)
	for range 3 {
		before := c.now()
		n := ticks()
		after := c.now()
		if d := after - before; shortest < 0 || d < shortest {
			shortest, now, count = d, before+d/2, n
		}
	}
	return now, count
}

// read is a reading: of which of the two only times knows.
func (c *clock) read() time.Duration {
	if c.counting {
		return time.Duration(ticks())
	}
	return c.now()
}

// times makes readings into times of the dispatcher's clock. The counter's speed
// is found from now and from when the record began.
func (c *clock) times() func(reading time.Duration) time.Duration {
	if !c.counting {
		return func(reading time.Duration) time.Duration { return reading }
	}
	now, count := c.both()
	speed := float64(now-c.now0) / float64(max(count-c.ticks0, 1)) // ns for a tick
	return func(reading time.Duration) time.Duration {
		return c.now0 + time.Duration(float64(int64(reading)-c.ticks0)*speed)
	}
}
