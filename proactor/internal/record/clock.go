package record

import "time"

// clock is the source of the times of a record: the dispatcher's clock or, if its
// rate is constant, the processor's counter. Readings of the counter are converted
// to times of the dispatcher's clock when records are read.
type clock struct {
	now      func() time.Duration
	counting bool
	// One moment as both clocks show it.
	now0   time.Duration
	ticks0 int64
}

func newClock(now func() time.Duration, virtual bool) clock {
	c := clock{now: now, counting: counting && !virtual}
	c.now0, c.ticks0 = c.readBoth()
	return c
}

// readBoth reads both clocks at nearly the same moment. It takes the shortest of
// three attempts, because the goroutine may be interrupted.
func (c *clock) readBoth() (now time.Duration, count int64) {
	var shortest time.Duration
	for i := range 3 {
		before := c.now()
		n := ticks()
		after := c.now()
		if d := after - before; i == 0 || d < shortest {
			shortest, now, count = d, before+d/2, n
		}
	}
	return now, count
}

// read returns a reading of either clock, which only times can interpret.
func (c *clock) read() time.Duration {
	if c.counting {
		return time.Duration(ticks())
	}
	return c.now()
}

// times returns a function that converts readings to times of the dispatcher's
// clock. It computes the counter's rate from now and the beginning of the record.
func (c *clock) times() func(reading time.Duration) time.Duration {
	if !c.counting {
		return func(reading time.Duration) time.Duration { return reading }
	}
	now, count := c.readBoth()
	speed := float64(now-c.now0) / float64(max(count-c.ticks0, 1)) // ns for a tick
	return func(reading time.Duration) time.Duration {
		return c.now0 + time.Duration(float64(int64(reading)-c.ticks0)*speed)
	}
}
