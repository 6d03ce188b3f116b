package pipe_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// payee is a source of one batch of n messages, so that nothing but the step has it
// paid. It notes what is credited.
type payee struct {
	n       int
	credits []int
}

func (p *payee) Credit(msgs, _ int) { p.credits = append(p.credits, msgs) }
func (p *payee) Waiting() int       { return 0 }

func (p *payee) Take(b *message.Batch) bool {
	for range p.n {
		b.Append(text("x"), message.GatherMin)
	}
	p.n = 0
	return b.Msgs > 0
}

// How many messages are credited together: a quarter of the high-water mark, 1,024
// without one, each by itself where bytes are counted.
func TestCreditsTogether(t *testing.T) {
	for _, tt := range []struct {
		limits pipe.Limits
		step   int
	}{
		{pipe.Limits{}, 1024},
		{pipe.Limits{Msgs: 1}, 1},
		{pipe.Limits{Msgs: 7}, 1},
		{pipe.Limits{Msgs: 8}, 2},
		{pipe.Limits{Msgs: 1000}, 250},
		{pipe.Limits{Msgs: 40_000}, 10_000},
		{pipe.Limits{Bytes: 1000}, 1},
		{pipe.Limits{Msgs: 1000, Bytes: 1000}, 1},
	} {
		source := &payee{n: 2*tt.step + min(1, tt.step-1)}
		in := pipe.NewIn(source, tt.limits, new(readies), new(pipe.Counter))
		for range 2*tt.step + min(1, tt.step-1) {
			if _, ok := in.Next(); !ok {
				t.Fatal("no message")
			}
		}
		if got, want := fmt.Sprint(source.credits), fmt.Sprint([]int{tt.step, tt.step}); got != want {
			if len(source.credits) > 10 {
				got = fmt.Sprintf("%d times", len(source.credits))
			}
			t.Errorf("%+v: credited %s, want %s", tt.limits, got, want)
		}
	}
}

// What was received stays as it was, whatever comes after it: also over a source
// that uses the memory of a batch again.
func TestReceivedStaysAsItWas(t *testing.T) {
	s := newSender(pipe.Limits{})
	in := pipe.NewIn(source{s.Out}, pipe.Limits{}, new(readies), new(pipe.Counter))
	s.Attach(new(kicks), true)
	var kept []message.Msg
	for i := range 1000 {
		s.put(text(fmt.Sprint("message ", i)))
		for m, ok := in.Next(); ok; m, ok = in.Next() {
			kept = append(kept, m)
		}
	}
	for i, m := range kept {
		if got, want := string(m.Bytes()), fmt.Sprint("message ", i); got != want {
			t.Fatalf("message %d has become %q", i, got)
		}
	}
	if len(kept) != 1000 {
		t.Errorf("%d of 1000 messages", len(kept))
	}
}

// source is an Out that does not know that it is read by a socket of its process.
type source struct{ *pipe.Out }

// Messages that follow each other closely, several to each consumer within the time
// that a dispatcher needs to begin, leave together.
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
