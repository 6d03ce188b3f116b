package engine

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A peer that stops within a message is disconnected. A peer that continues,
// however slowly, is not, nor is one whose message is whole, or that is not
// read from.
func TestStall(t *testing.T) {
	large := announce(0, huge)
	for _, test := range []struct {
		name   string
		says   []byte
		drip   bool // a byte each half of the timeout
		closed bool
	}{
		{"half a header", []byte{2, 0}, false, true},
		{"a header", large, false, true},
		{"a part of a body", append(large, body(100_000)...), false, true},
		{"a part of a message", frame(nil, wire.FlagMore, body(10)), false, true},
		{"a part of a command", []byte{4, 10, 4, 'P'}, false, true},
		{"slow", large, true, false},
		{"a whole message", frame(nil, 0, body(10)), false, false},
		{"nothing", nil, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, 1, sim.Faults{})
			p, q := f.connect(testConfig{Type: wire.PULL, StallTimeout: 10 * second})
			f.shakeHands(p, q, "PUSH")
			q.say(test.says)
			if p.connectedFor(9 * second); p.closed > 0 {
				t.Fatalf("closed early: %v", p.cause)
			}
			for range 20 {
				if test.drip {
					q.say([]byte{'x'})
				}
				p.connectedFor(5 * second)
			}
			if closed := p.closed > 0; closed != test.closed || closed && !errors.Is(p.cause, ErrStalled) {
				t.Errorf("closed: %v (%v), want %v", closed, p.cause, test.closed)
			}
		})
	}
}

// A peer that has begun a message and is not read from, at the high-water mark,
// is not disconnected.
func TestStallAtTheHighWaterMark(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{Type: wire.PULL, StallTimeout: 10 * second, RecvLimits: pipe.Limits{Msgs: 2}})
	f.shakeHands(p, q, "PUSH")
	for range 5 {
		q.say(frame(nil, 0, body(10)))
	}
	q.say(frame(nil, wire.FlagMore, body(10)))
	if p.connectedFor(100 * second); p.closed > 0 {
		t.Errorf("closed: %v", p.cause)
	}
}

// After a burst its memory is given back, once; traffic continues as before.
func TestMemoryAfterABurst(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
	p, q := f.connect(testConfig{Type: wire.PULL, StallTimeout: 10 * second})
	f.shakeHands(p, q, "PUSH")
	n := 0
	for round := range 3 {
		for range 20_000 {
			q.say(frame(nil, 0, body(100)))
		}
		q.say([]byte{0, 3, 'a'}) // and a part of another one
		n += 20_000
		f.until("the burst", func() bool { p.receive(n); return len(p.got) == n })
		if size := len(p.e.decoder.chunk); size < 32<<10 {
			t.Fatalf("a chunk of %d bytes after a burst", size)
		}
		p.connectedFor(3 * calmAfter)
		if size := len(p.e.decoder.chunk); size > 2*pooledChunk {
			t.Fatalf("round %d: a chunk of %d bytes on an idle connection", round, size)
		}
		q.say([]byte("bc"))
		n++
		f.until("the rest", func() bool { p.receive(1); return len(p.got) == n })
		if got := string(p.got[n-1].Bytes()); got != "abc" {
			t.Fatalf("received %q", got)
		}
		if p.connectedFor(20 * second); p.closed > 0 || p.e.quiet.running() {
			t.Fatalf("closed: %v, a timer runs: %v", p.cause, p.e.quiet.running())
		}
	}
}

// heap returns the used bytes of the heap.
func heap() int {
	var m runtime.MemStats
	for range 3 { // pools take two to empty
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// Many peers that each announce a huge body and send none of it cost the memory
// of what they have sent, also if some have sent a large body before, and are
// disconnected in time.
func TestManyThatAnnounceAndSendNothing(t *testing.T) {
	const peers, trusted = 200, 5
	f := newFixture(t, 1, sim.Faults{Buffer: 256 << 10})
	var parties [peers]*testSession
	var raw [peers]*peer
	for i := range parties {
		parties[i], raw[i] = f.connect(testConfig{Type: wire.PULL, StallTimeout: 10 * second})
		f.shakeHands(parties[i], raw[i], "PUSH")
		if i < trusted {
			raw[i].say(frame(nil, 0, body(4*maxTrust)))
			f.until("a large message", func() bool { parties[i].receive(1); return len(parties[i].got) == 1 })
			parties[i].got = nil
		}
	}
	before := heap()
	for _, q := range raw {
		q.say(announce(0, huge))
	}
	f.poll()
	buffers := 0
	for i, p := range parties {
		if p.e.decoder.large == nil {
			t.Fatalf("peer %d has announced nothing", i)
		}
		buffers += len(p.e.decoder.large.Data())
	}
	if most := peers*firstTrust + trusted*maxTrust; buffers > most {
		t.Errorf("buffers of %d KiB for bodies of which nothing was sent, want at most %d", buffers>>10, most>>10)
	}
	if each := (heap() - before) / peers; each > 2*firstTrust+trusted*maxTrust/peers && !racecheck.Enabled {
		t.Errorf("%d bytes for each peer that has sent a header", each)
	}
	parties[0].connectedFor(9 * second)
	for i, p := range parties {
		if p.closed > 0 {
			t.Fatalf("peer %d is disconnected early: %v", i, p.cause)
		}
	}
	parties[0].connectedFor(2 * second)
	f.poll()
	for i, p := range parties {
		if p.closed != 1 || !errors.Is(p.cause, ErrStalled) {
			t.Fatalf("peer %d: closed %d times: %v", i, p.closed, p.cause)
		}
	}
}

// After bursts on many connections their memory is given back, and then the
// dispatcher is not woken any more.
func TestManyIdleAfterABurst(t *testing.T) {
	const peers, each = 100, 300
	f := newFixture(t, 1, sim.Faults{Buffer: 256 << 10})
	var parties [peers]*testSession
	var raw [peers]*peer
	for i := range parties {
		parties[i], raw[i] = f.connect(testConfig{Type: wire.PULL, StallTimeout: 10 * second})
		f.shakeHands(parties[i], raw[i], "PUSH")
	}
	large := 0
	for i, p := range parties {
		for range each {
			raw[i].say(frame(nil, 0, body(100)))
		}
		f.until("the burst", func() bool { p.receive(each); return len(p.got) == each })
		if p.e.decoder.LargeBody() {
			large++
		}
	}
	if large < peers/2 {
		t.Fatalf("%d connections have a large buffer: the test tests nothing", large)
	}
	parties[0].connectedFor(3 * calmAfter)
	for i, p := range parties {
		if size := len(p.e.decoder.chunk); size > pooledChunk {
			t.Fatalf("connection %d keeps a buffer of %d bytes", i, size)
		}
	}
	if n := f.wakeUpsIn(10 * time.Hour); n > 0 {
		t.Errorf("the dispatcher was woken %d times", n)
	}
}

// wakeUpsIn returns how many times the dispatcher is woken within that time.
func (f *fixture) wakeUpsIn(d time.Duration) (turns int) {
	f.Helper()
	over := false
	clock := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) { over = true })}
	f.d.StartTimer(&clock, d)
	for ; !over; turns++ {
		if _, err := f.d.RunOne(context.Background()); err != nil {
			f.Fatal(err)
		}
	}
	return turns - 1 // the clock's own
}
