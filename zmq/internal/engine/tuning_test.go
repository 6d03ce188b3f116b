package engine

import (
	"bytes"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// An option that is set switches off its optimization, and only that.

func TestWithoutReadCoalescingReadsAreSmall(t *testing.T) {
	for _, off := range []bool{false, true} {
		f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
		p, q, s := newCounted(f, testConfig{Tuning: tuning.Options{NoReadCoalescing: off}})
		const n = 1000
		q.say(bytes.Repeat(frame(nil, 0, body(198)), n))
		f.until("messages", func() bool { p.receive(n); return len(p.got) == n })
		if small := s.most <= 8<<10; small != off {
			t.Errorf("off: %t, but one read may bring %d bytes", off, s.most)
		}
	}
}

func TestWithoutHandlerMemoryNothingIsReused(t *testing.T) {
	for _, off := range []bool{false, true} {
		f := newFixture(t, 1, sim.Faults{})
		p, q := newPush(f, testConfig{Tuning: tuning.Options{NoHandlerMemory: off}})
		p.send([]byte("0"))
		f.equal("received", q.awaitMessages(1), numbered(0, 1))
		if kept := cap(p.e.inFlight.Buf) > 0; kept == off {
			t.Errorf("off: %t, but the memory of a batch is kept: %t", off, kept)
		}
		// Memory of its own has just the size that was asked for.
		mem := p.e.decoder.alloc(5000)
		if own := len(mem.Data()) == 5000; own != off {
			t.Errorf("off: %t, but memory is not out of the pool: %t", off, own)
		}
		mem.Release()
		var op proactor.Operation
		if p.e.renew(&op, (*conn).onRead); (op.Handler != nil) != off {
			t.Errorf("off: %t, but a handler is made anew: %t", off, op.Handler != nil)
		}
	}
}

func TestWithoutStrandElisionHandlersTakeALock(t *testing.T) {
	for _, off := range []bool{false, true} {
		f := newFixture(t, 1, sim.Faults{})
		p, q := newPush(f, testConfig{Tuning: tuning.Options{NoStrandElision: off}})
		handlers := 0
		p.stream.before = func() { // the answer is written by the handler of a read
			handlers++
			free := p.e.strand.TryLock()
			if free {
				p.e.strand.Unlock()
			}
			if free == off {
				t.Errorf("off: %t, but the lock is free within a handler: %t", off, free)
			}
		}
		q.say(wire.AppendPing(nil, 0, nil))
		f.poll()
		if handlers == 0 || !p.e.strand.TryLock() {
			t.Errorf("off: %t, %d handlers ran", off, handlers)
		}
		p.e.strand.Unlock()
	}
}

// Timers of the runtime do what those of the dispatcher do: they fire again and
// again, and are stopped with the connection.
func TestTimersOfItsOwn(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{
		Type: wire.DEALER, HandshakeTimeout: time.Hour, Tuning: tuning.Options{NoTimerStructure: true},
		Heartbeat: &option.Heartbeat{Interval: time.Millisecond},
	})
	p.e.Start()
	q.greet("DEALER")
	f.pollUntil(func() bool { return pings(q) >= 3 })
	if p.e.handshake != nil {
		t.Error("the time limit of the handshake is still running")
	}
	p.e.Close(errTest)
	f.pollUntil(func() bool { return p.closed > 0 })
	if p.cause != errTest || p.e.heartbeat.running() {
		t.Errorf("closed with %v; a timer runs: %v", p.cause, p.e.heartbeat.running())
	}
}

// A write of one piece is plain, and one of several is a gather write, both for
// attempts and for operations.
func TestWriteIsPlainForOnePiece(t *testing.T) {
	for _, tt := range []struct {
		size int
		want proactor.Kind
	}{{100, proactor.KindWrite}, {message.GatherMin, proactor.KindGatherWrite}} {
		f := newFixture(t, 1, sim.Faults{Buffer: 3})
		p, q := newPush(f, testConfig{})
		q.notReading = true
		for range 3 {
			p.send(make([]byte, tt.size))
			f.poll()
		}
		if !p.e.writeOp.Outstanding() || p.e.writeOp.op.Load().Kind() != tt.want {
			t.Errorf("messages of %d bytes: outstanding: %v, and %v", tt.size, p.e.writeOp.Outstanding(), p.e.writeOp.op.Load().Kind())
		}
	}
}

// Pieces that are written are released: the memory of a large body is the
// sender's again.
func TestNothingIsKeptOfWhatIsWritten(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 64 << 20})
	p, q := newPush(f, testConfig{})
	for range 10 {
		p.send(make([]byte, message.GatherMin))
	}
	q.awaitMessages(10)
	f.poll()
	for i, piece := range p.e.vec[:cap(p.e.vec)] {
		if piece != nil {
			t.Errorf("piece %d is kept: %d bytes", i, len(piece))
		}
	}
	if p.queued() != 0 {
		t.Errorf("%d messages wait", p.queued())
	}
}
