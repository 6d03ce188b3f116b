package engine

import (
	"testing"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Received messages are counted in bytes of payload, regardless of the pieces
// in which they came.
func TestReceivedIsCounted(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{Type: wire.PULL})
	f.shakeHands(p, q, "PUSH")
	want := 0
	for _, size := range []int{0, 1, 10, 255, 256, 5000, directMin, directMin + 1, 3} {
		for range 3 {
			q.say(frame(nil, 0, body(size)))
			want += size
		}
		f.until("written", func() bool { return len(q.queue) == 0 })
		f.poll()
		p.receive(3)
	}
	f.until("everything", func() bool { p.receive(1); return len(p.got) == 27 })
	p.receive(1) // finds nothing, and credits the messages before
	if p.received.Msgs != 27 || p.received.Bytes != uint64(want) {
		t.Errorf("received %d messages of %d bytes, want 27 of %d", p.received.Msgs, p.received.Bytes, want)
	}
}

// A PING that cannot be written ends the connection at once, and its heartbeat
// too.
func TestPingThatCannotBeWritten(t *testing.T) {
	for name, off := range map[string]tuning.Options{"dispatcher's timers": {}, "timers of its own": {NoHandlerMemory: true}} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 1, sim.Faults{})
			p, _ := newHeartbeating(f, testConfig{Heartbeat: &option.Heartbeat{Interval: second, Timeout: 10 * second}, Tuning: off}, pong)
			p.stream.broken = 1
			if lasted := p.connectedFor(30 * second); p.closed != 1 || lasted > second+second/2 {
				t.Errorf("closed %d times, after %v", p.closed, lasted)
			}
			if p.e.heartbeat.running() {
				t.Error("the heartbeat continues")
			}
		})
	}
}

// A connection whose timers are the runtime's own is closed without waiting for
// them.
func TestCloseStopsTimersOfItsOwn(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, _ := f.connect(testConfig{Type: wire.DEALER, HandshakeTimeout: time.Hour, Tuning: tuning.Options{NoTimerStructure: true}})
	p.e.Start()
	f.poll()
	p.e.Close(errTest)
	f.poll()
	if p.closed != 1 {
		t.Errorf("closed %d times", p.closed)
	}
}

// One piece of memory is filled by a plain read, two by a scatter read, which
// costs the kernel more.
func TestReadIsPlainForOnePiece(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{Type: wire.PULL})
	f.shakeHands(p, q, "PUSH")
	if got := p.e.readOp.Kind(); got != proactor.KindRead {
		t.Errorf("%v for one piece", got)
	}
	whole := frame(nil, 0, body(directMin))
	q.say(whole[:directMin/2])
	f.until("written", func() bool { return len(q.queue) == 0 })
	f.poll()
	if _, behind := p.e.decoder.Space(); behind != nil && p.e.readOp.Kind() != proactor.KindScatterRead {
		t.Errorf("%v for two pieces", p.e.readOp.Kind())
	}
	q.say(whole[directMin/2:])
	f.until("message", func() bool { p.receive(1); return len(p.got) == 1 })
}

// A mark in bytes is credited completely: batch after batch, the peer is read
// from.
func TestReceivedBytesAreGivenBack(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{Type: wire.PULL, RecvLimits: pipe.Limits{Bytes: 20}})
	f.shakeHands(p, q, "PUSH")
	for i := range 200 {
		q.say(frame(nil, 0, body(3)))
		f.until("message", func() bool { p.receive(1); return len(p.got) == i+1 })
		f.poll()
		p.receive(1) // finds nothing
	}
}
