package pipe_test

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// creditCounter is a source of one batch of n messages, so that only the size
// of the credit batch causes credits. It records them.
type creditCounter struct {
	n       int
	credits []int
}

func (p *creditCounter) Credit(msgs, _ int) { p.credits = append(p.credits, msgs) }

func (p *creditCounter) Waiting() int                  { return 0 }
func (p *creditCounter) SetReceiverLimits(pipe.Limits) {}

func (p *creditCounter) Take(b *message.Batch) bool {
	for range p.n {
		b.Append(text("x"), message.GatherMin)
	}
	p.n = 0
	return b.Msgs > 0
}

// Messages are credited together: a quarter of the high-water mark, 1,024
// without one, and one by one where bytes are limited.
func TestCreditsTogether(t *testing.T) {
	for _, tt := range []struct {
		limits pipe.Limits
		batch  int
	}{
		{pipe.Limits{}, 1024},
		{pipe.Limits{Msgs: 1}, 1},
		{pipe.Limits{Msgs: 7}, 1},
		{pipe.Limits{Msgs: 8}, 2},
		{pipe.Limits{Msgs: 1000}, 250},
		{pipe.Limits{Msgs: 40_000}, 10_000},
		{pipe.Limits{Msgs: 5 << 20}, 1 << 20},
		{pipe.Limits{Bytes: 1000}, 1},
		{pipe.Limits{Msgs: 1000, Bytes: 1000}, 1},
	} {
		source := &creditCounter{n: 2*tt.batch + min(1, tt.batch-1)}
		in := pipe.NewIn(source, tt.limits, new(readies), new(pipe.Counter))
		for range 2*tt.batch + min(1, tt.batch-1) {
			if _, ok := in.Next(); !ok {
				t.Fatal("no message")
			}
		}
		if got, want := fmt.Sprint(source.credits), fmt.Sprint([]int{tt.batch, tt.batch}); got != want {
			if len(source.credits) > 10 {
				got = fmt.Sprintf("%d times", len(source.credits))
			}
			t.Errorf("%+v: credited %s, want %s", tt.limits, got, want)
		}
	}
}

// A received message stays as it was, whatever comes after it: also with a
// source that reuses the memory of a batch.
func TestReceivedMessagesDoNotChange(t *testing.T) {
	s := newSender(pipe.Limits{})
	in := pipe.NewIn(source{s.Out}, pipe.Limits{}, new(readies), new(pipe.Counter))
	s.Attach(new(wakes), true)
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

// source is an Out that does not know that a socket of its process reads it.
type source struct{ *pipe.Out }
