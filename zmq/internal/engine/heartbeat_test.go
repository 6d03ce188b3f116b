package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

const second = time.Second

// newHeartbeating is an engine with heartbeats which has just sent its first PING.
// onPing is what its raw peer does with a PING; nil: nothing.
func newHeartbeating(f *fixture, cfg testConfig, onPing func(q *peer)) (*testSession, *peer) {
	f.Helper()
	cfg.Type = wire.DEALER
	p, q := f.connect(cfg)
	f.shakeHands(p, q, "DEALER") // takes a second
	if onPing != nil {
		answered := 0
		q.onHeard = func() {
			for ; answered < pings(q); answered++ {
				onPing(q)
			}
		}
		q.onHeard()
		f.poll()
	}
	return p, q
}

func pong(q *peer) { q.say(wire.AppendPong(nil, nil)) }

// pings returns how many PINGs a peer has received.
func pings(q *peer) (n int) {
	for _, i := range q.traffic() {
		if i.command && string(i.frames[0][1:5]) == wire.CommandPing {
			n++
		}
	}
	return n
}

// connectedFor runs the engine for a while, and reports for how long it was connected.
func (p *testSession) connectedFor(d time.Duration) time.Duration {
	p.Helper()
	var clock proactor.Operation
	over := false
	clock.Handler = proactor.HandlerFunc(func(*proactor.Operation) { over = true })
	began := p.d.Now()
	p.d.StartTimer(&clock, d)
	p.until("the end", func() bool { return over || p.closed > 0 })
	p.d.Cancel(&clock)
	return p.d.Now() - began
}

// A peer that is not heard in time is disconnected; a peer that answers, or
// sends anything else, is not. The TTL of a peer's own PING counts as well.
func TestHeartbeat(t *testing.T) {
	says := func(q *peer) { q.say(frame(nil, 0, []byte("instead of a PONG"))) }
	beat := &option.Heartbeat{Interval: second, Timeout: second}
	for _, tt := range []struct {
		name   string
		beat   *option.Heartbeat
		onPing func(*peer)
		says   []byte        // once, at the beginning
		ends   time.Duration // 0: never
		pings  int
	}{
		{"a peer that answers", beat, pong, nil, 0, 60},
		{"a peer that says something else", beat, says, nil, 0, 60},
		{"a silent peer", beat, nil, nil, second, 2},
		{"a silent peer and a short timeout", &option.Heartbeat{Interval: second, Timeout: second / 10}, nil, nil, second / 10, 1},
		{"a silent peer and a long timeout", &option.Heartbeat{Interval: second, Timeout: 5 * second}, nil, nil, 5 * second, 6},
		{"a silent peer and no timeout", &option.Heartbeat{Interval: second}, nil, nil, 0, 60},
		{"no heartbeat", nil, nil, nil, 0, 0},
		{"a promise that is broken", nil, nil, wire.AppendPing(nil, 3*second, nil), 3 * second, 0},
		{"a promise kept in the same breath", nil, nil,
			append(wire.AppendPing(nil, 3*second, nil), frame(nil, 0, []byte("kept"))...), 3 * second, 0},
	} {
		for _, off := range []tuning.Options{{}, {NoSpeculativeWrite: true}} {
			t.Run(tt.name, func(t *testing.T) {
				f := newFixture(t, 1, sim.Faults{})
				p, q := newHeartbeating(f, testConfig{Heartbeat: tt.beat, Tuning: off}, tt.onPing)
				q.say(tt.says)
				lasted := p.connectedFor(59*second + second/2)
				if tt.ends == 0 && p.closed > 0 {
					t.Fatalf("closed after %v: %v", lasted, p.cause)
				}
				if late := lasted - tt.ends; tt.ends > 0 && (late < 0 || late > 2*grace || !errors.Is(p.cause, ErrHeartbeatTimeout)) {
					t.Errorf("closed with %v after %v, want %v after %v", p.cause, lasted, ErrHeartbeatTimeout, tt.ends)
				}
				if n := pings(q); n < tt.pings-1 || n > tt.pings+1 {
					t.Errorf("%d PINGs in %v, want %d", n, lasted, tt.pings)
				}
			})
		}
	}
}

// The promise of a TTL is kept by anything that comes later, even if nothing
// follows it.
func TestPromiseIsKept(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newHeartbeating(f, testConfig{}, nil)
	for range 3 {
		q.say(wire.AppendPing(nil, 3*second, nil))
		p.connectedFor(second)
		q.say(frame(nil, 0, []byte("kept")))
		if p.connectedFor(10 * second); p.closed > 0 {
			t.Fatalf("closed: %v", p.cause)
		}
	}
	q.say(wire.AppendPing(nil, 3*second, nil))
	p.connectedFor(2 * second)
	q.say(wire.AppendPing(nil, 3*second, nil)) // another promise
	if lasted := p.connectedFor(10 * second); p.closed == 0 || lasted < 3*second || lasted > 3*second+2*grace {
		t.Errorf("lasted for %v: %v", lasted, p.cause)
	}
}

// A peer that is not read from, at the high-water mark, is not taken for dead
// until it is read from again.
func TestHeartbeatAtTheHighWaterMark(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newHeartbeating(f, testConfig{RecvLimits: pipe.Limits{Msgs: 2}, Heartbeat: &option.Heartbeat{Interval: second, Timeout: second}}, nil)
	for range 5 {
		q.say(frame(nil, 0, []byte("x")))
	}
	if p.connectedFor(30 * second); p.closed > 0 {
		t.Fatalf("closed: %v", p.cause)
	}
	for len(p.got) < 5 {
		p.receive(1)
		f.poll()
	}
	if p.connectedFor(30 * second); !errors.Is(p.cause, ErrHeartbeatTimeout) {
		t.Errorf("closed with %v", p.cause)
	}
}

// PINGs do not pile up for a peer that does not read, and no answer is expected
// to a PING that could not be written.
func TestHeartbeatDoesNotPileUp(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1000})
	p, q := newHeartbeating(f, testConfig{Heartbeat: &option.Heartbeat{Interval: second, Timeout: second}}, pong)
	q.notReading = true
	for range 100 {
		p.send(body(200))
	}
	if p.connectedFor(60 * second); p.closed > 0 {
		t.Fatalf("closed: %v", p.cause)
	}
	if n := p.e.waiting(); n > 20 {
		t.Errorf("%d bytes of PINGs wait", n)
	}
}
