package pipe_test

import (
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/pipe"
)

// clock is one that the test advances.
type clock time.Duration

func (c *clock) now() time.Duration { return time.Duration(*c) }

func (c *clock) advance(d time.Duration) { *c += clock(d) }

const ns = time.Nanosecond

func TestPace(t *testing.T) {
	const gap = pipe.Gap
	type step struct {
		after time.Duration // since the step before
		sent  int           // messages that found their consumer at work, before this one
		wrote bool          // a consumer has written instead
		alone bool
	}
	for name, steps := range map[string][]step{
		"now and then": {{after: time.Second, alone: true}, {after: gap, alone: true}, {after: time.Hour, alone: true}},
		"in a loop":    {{after: time.Second, alone: true}, {after: 50 * ns}, {after: 50 * ns}, {after: gap - ns}},
		"a stream ends with a pause": {
			{after: time.Second, alone: true}, {after: 50 * ns}, {after: gap, alone: true}, {after: gap, alone: true},
		},
		"messages that woke nobody are a stream too": {
			{after: time.Second, alone: true}, {after: gap, sent: 63}, {after: gap, alone: true},
		},
		"but not for ever": {
			{after: time.Second, alone: true}, {after: 16 * gap, sent: 10_000, alone: true},
		},
		"a slow rhythm is none": {
			{after: time.Second, alone: true}, {after: 4 * gap, sent: 3, alone: true}, {after: 4*gap - ns, sent: 3},
		},
		"writing is no pause": {
			{after: time.Second, alone: true}, {after: 10 * gap, wrote: true}, {after: gap - ns}, {after: gap, wrote: true}, {after: gap, alone: true},
		},
	} {
		var c clock
		p := pipe.Pace{Now: c.now}
		for i, s := range steps {
			c.advance(s.after)
			if s.wrote {
				p.Wrote()
				continue
			}
			for range s.sent + 1 {
				p.Send()
			}
			if got := p.Alone(); got != s.alone {
				t.Errorf("%s: step %d: alone %v, want %v", name, i, got, s.alone)
			}
		}
	}
}

// Without a clock every message is on its own.
func TestPaceWithoutAClock(t *testing.T) {
	for name, p := range map[string]*pipe.Pace{"nil": nil, "no clock": {}} {
		p.Wrote()
		if !p.Alone() || !p.Alone() {
			t.Errorf("%s: a stream", name)
		}
	}
}
