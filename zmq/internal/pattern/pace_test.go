package pattern_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// idler is a consumer that becomes idle again as soon as it is woken, so that
// every message finds it idle. It counts the messages that the sender is to
// write itself.
type idler struct {
	out            *pipe.Out
	inline, posted *int
}

func (i *idler) Wake(inline bool) {
	if inline {
		*i.inline++
	} else {
		*i.posted++
	}
	var b message.Batch
	for i.out.Take(&b) {
		i.out.Credit(b.Msgs, b.Size)
		b.Reset()
	}
}

func (i *idler) FlushInline() bool { return false }

// A sender that rotates over idle peers is a stream: it does not write to each
// of them by itself. A sender that pauses is not. The socket's rate counts, not
// the connection's.
func TestStreamOverManyPeers(t *testing.T) {
	const peers, rounds = 8, 1000
	for name, tt := range map[string]struct {
		socket func(pattern.Config) *pattern.Socket
		frames func(i int) []string
	}{
		"PUSH":   {pattern.NewPush, func(int) []string { return []string{"x"} }},
		"DEALER": {pattern.NewDealer, func(int) []string { return []string{"x"} }},
		"ROUTER": {pattern.NewRouter, func(i int) []string { return []string{fmt.Sprint("peer", i%peers), "x"} }},
		"PUB":    {pattern.NewPub, func(i int) []string { return []string{fmt.Sprint("peer", i%peers)} }},
	} {
		t.Run(name, func(t *testing.T) {
			var now time.Duration
			o := defaults()
			o.Pace = &pipe.Pace{Now: func() time.Duration { return now }}
			s := tt.socket(o)
			var inline, posted int
			for i := range peers {
				other := pattern.NewDealer(defaults())
				if name == "PUB" {
					other = pattern.XSub.New(defaults())
				}
				j := join(t, s, other, "", fmt.Sprint("peer", i))
				if name == "PUB" {
					send(t, other, fmt.Sprint("\x01peer", i))
				}
				j.pa.Out.Attach(&idler{j.pa.Out, &inline, &posted}, false)
			}
			now += time.Second
			for i := range rounds {
				send(t, s, tt.frames(i)...)
				now += pipe.Gap / 10
			}
			if inline > 2*peers || inline+posted != rounds {
				t.Errorf("in a loop %d of %d messages were written by the sender, %d left to the dispatcher", inline, rounds, posted)
			}
			inline, posted = 0, 0
			for i := range rounds {
				now += pipe.Gap
				send(t, s, tt.frames(i)...)
			}
			if inline < rounds-2 || inline+posted != rounds { // the first may have begun another burst
				t.Errorf("with pauses %d of %d messages were written by the sender, %d left to the dispatcher", inline, rounds, posted)
			}
		})
	}
}
