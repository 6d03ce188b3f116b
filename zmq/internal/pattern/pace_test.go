package pattern_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// idler is a consumer that rests again as soon as it is kicked, so that every
// message finds it at rest. It counts what the sender is to write itself.
type idler struct {
	out            *pipe.Out
	inline, handed *int
}

func (i *idler) Wake(inline bool) {
	if inline {
		*i.inline++
	} else {
		*i.handed++
	}
	var b message.Batch
	for i.out.Take(&b) {
		i.out.Credit(b.Msgs, b.Size)
		b.Reset()
	}
}

func (i *idler) FlushInline() bool { return false }

// A sender that rotates over idle peers is in a stream: it does not write to each
// of them by itself. One that pauses is not. It is the socket that is asked, not the
// connection.
func TestStreamOverManyPeers(t *testing.T) {
	const peers, rounds = 8, 1000
	for name, tt := range map[string]struct {
		socket func(pattern.Options) *pattern.Socket
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
			var inline, handed int
			for i := range peers {
				other := pattern.NewDealer(defaults())
				j := join(t, s, other, "", fmt.Sprint("peer", i))
				if name == "PUB" {
					send(t, other, fmt.Sprint("\x01peer", i))
				}
				j.pa.Out.Attach(&idler{j.pa.Out, &inline, &handed}, false)
			}
			now += time.Second
			for i := range rounds {
				send(t, s, tt.frames(i)...)
				now += pipe.Gap / 10
			}
			if inline > 2*peers || inline+handed != rounds {
				t.Errorf("in a loop %d of %d messages were written by the sender, %d handed on", inline, rounds, handed)
			}
			inline, handed = 0, 0
			for i := range rounds {
				now += pipe.Gap
				send(t, s, tt.frames(i)...)
			}
			if inline < rounds-2 || inline+handed != rounds { // the first may have begun another burst
				t.Errorf("with pauses %d of %d messages were written by the sender, %d handed on", inline, rounds, handed)
			}
		})
	}
}
