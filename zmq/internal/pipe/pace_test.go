package pipe_test

import (
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// clock is a clock that the test advances.
type clock time.Duration

func (c *clock) now() time.Duration { return time.Duration(*c) }

func (c *clock) advance(d time.Duration) { *c += clock(d) }

const ns = time.Nanosecond

// outs makes Outs without consumers.
func outs(n int) []*pipe.Out {
	all := make([]*pipe.Out, n)
	for i := range all {
		all[i] = newSender(pipe.Limits{}).Out
	}
	return all
}

// A stream begins, continues and ends: to one consumer, so that it is dense.
func TestPaceOfOne(t *testing.T) {
	const gap = pipe.Gap
	type step struct {
		after time.Duration // since the step before
		sent  int           // messages before this one that found their consumer active
		wrote bool          // a consumer has written instead
		alone bool
	}
	for name, steps := range map[string][]step{
		"now and then": {{after: time.Second, alone: true}, {after: gap, alone: true}, {after: time.Hour, alone: true}},
		"in a loop":    {{after: time.Second, alone: true}, {after: 50 * ns}, {after: 50 * ns}, {after: gap - ns}},
		"a stream ends with a pause": {
			{after: time.Second, alone: true}, {after: 50 * ns}, {after: gap, alone: true}, {after: gap, alone: true},
		},
		"messages that woke no engine are a stream too": {
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
		p, o := pipe.Sender{Pace: &pipe.Pace{Now: c.now}}, outs(1)[0]
		for i, s := range steps {
			c.advance(s.after)
			if s.wrote {
				p.Pace.Wrote()
				continue
			}
			for range s.sent + 1 {
				p.Send(o)
			}
			if got := p.Alone(o); got != s.alone {
				t.Errorf("%s: step %d: alone %v, want %v", name, i, got, s.alone)
			}
		}
	}
}

// loops sends bursts in a loop to n idle consumers in turn, and returns how
// many messages of the last burst the sender was to write itself.
func loops(p *pipe.Sender, c *clock, all []*pipe.Out, bursts, messages int) (alone int) {
	for range bursts {
		alone = 0
		c.advance(time.Second)
		for i := range messages {
			o := all[i%len(all)]
			p.Send(o)
			if p.Alone(o) {
				alone++
			}
			c.advance(50 * ns)
		}
	}
	return alone
}

// The sender writes itself where its consumers get one message each, and leaves
// it to the dispatcher where they get several.
func TestPaceOfMany(t *testing.T) {
	for _, tt := range []struct {
		consumers, messages int
		first, later        int // written by the sender in the first burst, and in later ones
	}{
		{8, 1, 1, 1},
		{8, 8, 8, 8},
		{8, 10, 10, 10},
		{8, 16, 11, 0},
		{8, 1000, 11, 0},
		{64, 64, 64, 64},
		{64, 100, 95, 0},
		{64, 10_000, 95, 0},
		{1, 3, 1, 1},
		{1, 4, 1, 0},
		{1, 1000, 1, 0},
	} {
		var c clock
		p, all := &pipe.Sender{Pace: &pipe.Pace{Now: c.now}}, outs(tt.consumers)
		if got := loops(p, &c, all, 1, tt.messages); got != tt.first {
			t.Errorf("%d messages to %d: the sender writes %d, want %d", tt.messages, tt.consumers, got, tt.first)
		}
		if got := loops(p, &c, all, 100, tt.messages); got != tt.later {
			t.Errorf("%d messages to %d, repeatedly: the sender writes %d, want %d", tt.messages, tt.consumers, got, tt.later)
		}
	}
}

// Sending on several sockets of one context in turn is a stream, like sending
// to several peers of one socket.
func TestPaceOfManySockets(t *testing.T) {
	const sockets, each = 8, 100
	var c clock
	pace, all := &pipe.Pace{Now: c.now}, outs(sockets)
	var senders [sockets]pipe.Sender
	alone := 0
	c.advance(time.Second)
	for i := range sockets * each {
		s, o := &senders[i%sockets], all[i%sockets]
		s.Pace = pace
		s.Send(o)
		if s.Alone(o) {
			alone++
		}
		c.advance(50 * ns)
	}
	if alone > 2*sockets {
		t.Errorf("%d of %d messages do not belong to a stream", alone, sockets*each)
	}
}

// Messages in close succession, but never to the same consumer, have nothing to
// wait for, regardless of the length of the stream.
func TestPaceOfAnEndlessThinStream(t *testing.T) {
	var c clock
	p, all := &pipe.Sender{Pace: &pipe.Pace{Now: c.now}}, outs(8)
	c.advance(time.Second)
	for i := range 10_000 {
		o := all[i%len(all)]
		p.Send(o)
		if !p.Alone(o) {
			t.Fatalf("message %d is left to the dispatcher", i)
		}
		c.advance(pipe.Gap - ns) // the time until the next request
	}
}

// A sender that is fast, but is interrupted before it has sent to all of its many
// consumers, is a dense stream from the hundredth message on, and then at once.
func TestPaceOfASustainedStream(t *testing.T) {
	var c clock
	p, all := &pipe.Sender{Pace: &pipe.Pace{Now: c.now}}, outs(1000)
	next := 0
	for interrupted := range 20 {
		c.advance(time.Second)
		alone := 0
		for range 300 {
			o := all[next%len(all)]
			p.Send(o)
			if p.Alone(o) {
				alone++
			}
			next++
			c.advance(300 * ns)
		}
		if most := 100; alone > most || interrupted > 3 && alone > 1 {
			t.Errorf("after %d interruptions %d of 300 messages are not a stream", interrupted, alone)
		}
	}
}

// A loop that does something between two messages is a dense stream, regardless
// of the number of its consumers.
func TestPaceOfABusyLoop(t *testing.T) {
	const consumers = 64
	var c clock
	p, all := &pipe.Sender{Pace: &pipe.Pace{Now: c.now}}, outs(consumers)
	c.advance(time.Second)
	alone := 0
	for i := range 10_000 {
		o := all[i%consumers]
		p.Send(o)
		if p.Alone(o) {
			alone++
		}
		c.advance(pipe.Gap / 3)
	}
	if alone > 3*consumers {
		t.Errorf("%d of 10,000 messages are written by the sender", alone)
	}
}

// After a socket's streams have changed, Pace soon judges by the new ones.
func TestPaceAdapts(t *testing.T) {
	var c clock
	p, all := &pipe.Sender{Pace: &pipe.Pace{Now: c.now}}, outs(8)
	loops(p, &c, all, 1000, 1000)
	if got := loops(p, &c, all, 300, 8); got != 8 {
		t.Errorf("thin streams after dense ones: the sender writes %d, want 8", got)
	}
	if got := loops(p, &c, all, 100, 100); got != 0 {
		t.Errorf("dense streams after thin ones: the sender writes %d, want none", got)
	}
}

// Where bursts follow each other, and only there, the dispatcher writes the
// first message of a burst. Single messages leave at once, from the second one
// on.
func TestPaceExpectsBursts(t *testing.T) {
	var c clock
	p, all := &pipe.Sender{Pace: &pipe.Pace{Now: c.now}}, outs(1)
	for burst := range 10 {
		got, want := loops(p, &c, all, 1, 100), 0
		if burst < 4 { // the fourth begins when three have ended
			want = 1
		}
		if burst != 3 && got != want {
			t.Errorf("burst %d: the sender writes %d messages, want %d", burst, got, want)
		}
	}
	if got := loops(p, &c, all, 1, 1); got != 0 {
		t.Errorf("a message after bursts: the sender writes %d, want none: it may begin another burst", got)
	}
	for i := range 3 {
		if got := loops(p, &c, all, 1, 1); got != 1 {
			t.Errorf("%d single messages after bursts: the sender does not write the last", i+2)
		}
	}
	for i := range 10 {
		if burst, alone := loops(p, &c, all, 1, 100), loops(p, &c, all, 1, 1); burst != 1 || alone != 1 {
			t.Errorf("bursts and single messages in turn, round %d: the sender writes %d and %d, want 1 and 1", i, burst, alone)
		}
	}
}

// For a socket with one peer, messages that found their consumer active are
// counted when the next one wakes it, so that several such sockets are as dense
// a stream as one socket with several peers.
func TestPaceOfSocketsWithOnePeer(t *testing.T) {
	const sockets, burst = 8, 100
	var c clock
	pace := &pipe.Pace{Now: c.now}
	var senders [sockets]pipe.Sender
	var all [sockets]*sender
	for i := range all {
		senders[i].Pace, all[i] = pace, newSender(pipe.Limits{})
		all[i].Out.Attach(new(wakes), false)
	}
	for round := range 10 {
		alone, woken := 0, 0
		c.advance(time.Second)
		for i := range burst {
			s, o := &senders[i%sockets], all[i%sockets]
			o.Put(text("x"))
			if o.Activate() != nil {
				woken++
				s.SendOnly(o.Out)
				if s.Alone(o.Out) {
					alone++
				}
			}
			c.advance(50 * ns)
		}
		for _, o := range all { // the dispatcher runs when all messages are sent
			var b message.Batch
			for o.Out.Take(&b) {
				o.Out.Credit(b.Msgs, b.Size)
				b.Reset()
			}
		}
		if woken != sockets {
			t.Fatalf("%d consumers were woken, want %d", woken, sockets)
		}
		if round > 4 && alone > 0 {
			t.Errorf("burst %d: the sender writes %d messages, want none", round, alone)
		}
	}
}

// Without a clock no message belongs to a stream.
func TestPaceWithoutAClock(t *testing.T) {
	for name, p := range map[string]*pipe.Pace{"nil": nil, "no clock": {}} {
		p.Wrote()
		s, o := pipe.Sender{Pace: p}, outs(1)[0]
		for range 2 {
			if !s.Alone(o) {
				t.Errorf("%s: a stream", name)
			}
		}
	}
}

// The messages of a socket's only peer are counted when one of them wakes it:
// each once, and each of them extends the silence that ends a stream.
func TestPaceCountsEachOnce(t *testing.T) {
	const gap = pipe.Gap
	for _, tt := range []struct {
		after time.Duration
		alone bool
	}{{3 * gap, true}, {3*gap - ns, false}} {
		var c clock
		s := newSender(pipe.Limits{})
		p := pipe.Sender{Pace: &pipe.Pace{Now: c.now}}
		send := func(after time.Duration) bool {
			c.advance(after)
			for range 3 {
				s.put(text("x"))
			}
			p.SendOnly(s.Out)
			return p.Alone(s.Out)
		}
		for range 2 {
			if !send(time.Second) {
				t.Error("three messages after a second are not alone")
			}
		}
		if got := send(tt.after); got != tt.alone {
			t.Errorf("three messages after %v: alone %t, want %t", tt.after, got, tt.alone)
		}
	}
}

// After three bursts another one is expected, also where each has a consumer of
// its own: the dispatcher writes its first message as well. One single message
// ends that.
func TestPaceIsCertainAfterThreeBursts(t *testing.T) {
	for _, consumers := range []int{1, 2} {
		var c clock
		p, all := pipe.Sender{Pace: &pipe.Pace{Now: c.now}}, outs(consumers)
		first := func(i, messages int) (alone bool) {
			c.advance(time.Second)
			for n := range messages {
				o := all[i%consumers]
				p.Send(o)
				if got := p.Alone(o); n == 0 {
					alone = got
				}
				c.advance(50 * ns)
			}
			return alone
		}
		for i := range 8 {
			if got := first(i, 4); got != (i < 3) {
				t.Errorf("%d consumers: burst %d: the sender writes the first message: %t", consumers, i, got)
			}
		}
		first(8, 1)
		if !first(9, 1) {
			t.Errorf("%d consumers: another burst is expected after a single message", consumers)
		}
	}
}

// Messages in close succession, several to each consumer within the time that a
// dispatcher needs to begin, leave together.
func TestPaceOfATurn(t *testing.T) {
	for _, tt := range []struct {
		every     time.Duration
		consumers int
		together  bool
	}{
		{1000 * ns, 4, true},   // 20 in 20 us
		{2400 * ns, 4, true},   // 8 in 20 us; in the 3 us of each consumer only 5
		{2900 * ns, 8, false},  // 8 in 24 us
		{2400 * ns, 16, false}, // 20 in 48 us
	} {
		var c clock
		p, all := &pipe.Sender{Pace: &pipe.Pace{Now: c.now}}, outs(tt.consumers)
		c.advance(time.Second)
		alone := 0
		for i := range 2000 {
			o := all[i%len(all)]
			p.Send(o)
			if p.Alone(o) && i >= 1000 {
				alone++
			}
			c.advance(tt.every)
		}
		if together := alone < 100; together != tt.together {
			t.Errorf("%d of 1000 messages, one each %v to %d, are written by the sender; want together: %v", alone, tt.every, tt.consumers, tt.together)
		}
	}
}
