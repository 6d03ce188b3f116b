package engine

import (
	"io"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A peer that hangs up while the Inbox is full is noticed, and its messages can
// be received all the same.
func TestHangUpAtTheHighWaterMark(t *testing.T) {
	for _, test := range []struct {
		name  string
		n     int
		blind bool // the stream cannot tell: only reading finds the end
		late  time.Duration
	}{
		{"little", 50, false, 0},
		{"little, late", 50, false, 100 * time.Second},
		{"little, and a stream that cannot tell", 50, true, 0},
		{"much", 20_000, false, 0},
	} {
		for seed := range uint64(4) {
			f := newFixture(t, seed, sim.Faults{ShortRead: 0.2, WouldBlock: 0.2, Buffer: 1 << 20})
			p, q := f.connect(testConfig{Type: wire.PULL, RecvLimits: pipe.Limits{Msgs: 2}})
			p.stream.blind = test.blind
			f.shakeHands(p, q, "PUSH")
			for i := range test.n {
				q.say(frame(nil, 0, body(i%50)))
			}
			f.until("sent", func() bool { return len(q.queue) == 0 })
			if p.connectedFor(test.late); p.closed > 0 {
				t.Fatalf("%s: closed: %v", test.name, p.cause)
			}
			if err := q.Close(); err != nil {
				t.Fatal(err)
			}
			if p.connectedFor(2*test.late + second); p.closed != 1 || p.cause != io.EOF {
				t.Fatalf("%s, seed %d: closed %d times: %v", test.name, seed, p.closed, p.cause)
			}
			p.receive(test.n + 1)
			if len(p.got) != test.n {
				t.Errorf("%s, seed %d: %d of %d messages can be received", test.name, seed, len(p.got), test.n)
			}
		}
	}
}

// An idle process with full Inboxes is woken more and more rarely.
func TestFullInboxIsLookedAtRarely(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{Type: wire.PULL, RecvLimits: pipe.Limits{Msgs: 2}})
	f.shakeHands(p, q, "PUSH")
	for range 5 {
		q.say(frame(nil, 0, body(10)))
	}
	p.connectedFor(20 * time.Hour)
	if p.stream.looks == 0 || p.stream.looks > 25 {
		t.Errorf("%d looks in 20 hours", p.stream.looks)
	}
}
