package record

import (
	"fmt"
	"testing"
	"time"
)

// stepping is a clock that advances by one with each reading.
type stepping struct{ now time.Duration }

func (c *stepping) read() time.Duration { c.now++; return c.now }

// An operation that a handler starts has the time at which the handler was called, a
// handler the time of its batch or of the return of the one before it, unless every
// time is to be a reading of its own.
func TestTimes(t *testing.T) {
	for fine, want := range map[bool]string{
		// initiated, submitted, completed, dispatched, returned
		false: "[7 7 8 8 9] [8 8 9 9 10] [8 8 10 10 11] [9 9 12 12 13]",
		true:  "[7 7 8 9 12] [10 10 14 14 16] [11 11 17 17 18] [15 15 19 19 20]",
	} {
		c := new(stepping)
		r := New(Options{History: 8, Fine: fine, Virtual: true, Clock: c.read}) // reads the clock six times
		first := r.Begin(1, 0)
		r.Round()
		first.Completed = r.Look()
		f := r.Enter(first, 0, nil)
		second, third := r.Begin(1, 0), r.Begin(1, 0)
		r.Leave(first, f, false)
		if fine {
			c.now++ // so that both have as many readings of other things
		}
		f = r.Enter(second, 0, nil)
		fourth := r.Begin(1, 0)
		r.Leave(second, f, false)
		r.Leave(third, r.Enter(third, 0, nil), false)
		r.Round()
		r.Leave(fourth, r.Enter(fourth, 0, nil), false)
		_, history := r.Snapshot()
		got := ""
		for _, e := range history {
			got += fmt.Sprintf(" [%d %d %d %d %d]", e.Initiated, e.Submitted, e.Completed, e.Dispatched, e.Returned)
		}
		if got != " "+want {
			t.Errorf("fine %v:%s, want %s", fine, got, want)
		}
	}
}
