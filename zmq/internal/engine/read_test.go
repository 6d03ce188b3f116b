package engine

import (
	"testing"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// The receive high-water marks hold, whatever comes in one read. The bytes
// beyond them stay where they are, and are decoded as soon as there is room.
func TestInboxIsBounded(t *testing.T) {
	for _, limits := range []pipe.Limits{{Msgs: 1}, {Msgs: 3}, {Msgs: 100}, {Bytes: 500}, {Msgs: 7, Bytes: 100}} {
		for seed := range uint64(8) {
			f := newFixture(t, seed, sim.Faults{ShortRead: 0.2, WouldBlock: 0.2, Stall: 0.1, Buffer: 100 << (seed % 8)})
			p, q := f.connect(testConfig{Type: wire.PULL, RecvLimits: limits})
			f.shakeHands(p, q, "PUSH")
			const n = 300
			for i := range n {
				q.say(frame(nil, 0, body(i%50)))
			}
			for turn := 0; len(p.got) < n; turn++ {
				f.poll()
				checkBounds(t, p, limits)
				if p.receive(1 + turn%5); turn > 100*n {
					t.Fatalf("stuck with %d messages of %d, limits %+v, seed %d\n%s", len(p.got), n, limits, seed, f.network.Trace())
				}
			}
			for i, m := range p.got {
				if want := (item{frames: [][]byte{body(i % 50)}}); !(item{frames: m.Frames()}).equal(want) {
					t.Fatalf("message %d: %v, want %v", i, m.Frames(), want)
				}
			}
		}
	}
}

func checkBounds(t *testing.T, p *testSession, limits pipe.Limits) {
	t.Helper()
	msgs, size := p.e.Inbox().Queued()
	if limits.Msgs > 0 && msgs > limits.Msgs {
		t.Fatalf("%d messages wait, the high-water mark is %d", msgs, limits.Msgs)
	}
	// A batch is bounded by its number of messages: bytes may be exceeded by one.
	if limits.Msgs == 0 {
		return
	}
	if most := limits.Bytes + limits.Msgs*50; limits.Bytes > 0 && size > most {
		t.Fatalf("%d bytes wait, the high-water mark is %d", size, limits.Bytes)
	}
}

// A peer whose messages are not received is not read from: its own writes stop.
func TestNoReadingAtTheHighWaterMark(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1000})
	p, q := f.connect(testConfig{Type: wire.PULL, RecvLimits: pipe.Limits{Msgs: 2}})
	f.shakeHands(p, q, "PUSH")
	for range 1000 {
		q.say(frame(nil, 0, body(1000)))
	}
	for range 100 {
		f.poll()
	}
	if taken := 1000*1009 - len(q.queue); taken > 2*firstChunk+20_000 {
		t.Errorf("%d bytes were taken from the peer, with a high-water mark of 2 messages of 1000 bytes", taken)
	}
}
