package pipe_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// A Pace decides by numbers that measurements have chosen. Any other outcome here is a
// change of which goroutine writes: measure rates and latencies before these figures
// are changed.
func TestPaceDecisions(t *testing.T) {
	for seed, want := range []int{9497, 7465, 10980, 14297} {
		if got := decisions(uint64(seed), 20_000); got != want {
			t.Errorf("trace %d: the sender writes %d of 20,000 messages, want %d", seed, got, want)
		}
	}
}

// decisions returns how many messages of a trace that the seed makes a sender writes
// itself. The program changes what it does now and then: how many sockets it sends on
// in turn, to how many peers, how fast, and how many messages it sends between pauses.
func decisions(seed uint64, messages int) (alone int) {
	r := rand.New(rand.NewPCG(seed, 9))
	pick := func(from ...int) int { return from[r.IntN(len(from))] }
	var c clock
	pace := &pipe.Pace{Now: c.now}
	const sockets, peers = 4, 64
	var senders [sockets]pipe.Sender
	var all [sockets][peers]*sender
	for i := range all {
		senders[i].Pace = pace
		for j := range all[i] {
			all[i][j] = newSender(pipe.Limits{})
			all[i][j].Out.Attach(new(wakes), false)
		}
	}
	for sent := 0; sent < messages; {
		used, reached := pick(1, 1, 2, sockets), pick(1, 2, 3, 8, peers)
		every, burst, pause := time.Duration(pick(50, 500, 1000, 2400, 2900, 3000, 7000)), pick(1, 2, 3, 4, 5, 9, 16, 40, 100), time.Duration(pick(4, 20, 50, 1000))
		for range 1 + r.IntN(60) {
			for i := range burst {
				s, o := &senders[i%used], all[i%used][i/used%reached]
				o.Put(text("x"))
				sent++
				idle := o.Activate() != nil
				if reached > 1 {
					s.Send(o.Out)
				} else if idle {
					s.SendOnly(o.Out)
				}
				if idle && s.Alone(o.Out) {
					alone++
					write(o.Out)
					c.advance(time.Microsecond)
					pace.Wrote()
				}
				c.advance(every)
			}
			c.advance(pause * time.Microsecond)
			for i := range used { // the dispatcher has run meanwhile
				for j := range reached {
					write(all[i][j].Out)
				}
			}
		}
	}
	return alone
}

// write takes what waits in an Out.
func write(o *pipe.Out) {
	var b message.Batch
	for o.Take(&b) {
		o.Credit(b.Msgs, b.Size)
		b.Reset()
	}
}
