package engine

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// awaitClosed waits for the end of a connection.
func (p *testSession) awaitClosed() {
	p.Helper()
	p.until("the end", func() bool { return p.closed > 0 })
	p.poll()
	if p.closed != 1 || !errors.Is(p.cause, errTest) {
		p.Fatalf("closed %d times with %v", p.closed, p.cause)
	}
}

// newDealer is an engine that both sends and receives, and a raw peer of it.
func newDealer(f *fixture, limits pipe.Limits) (*testSession, *peer) {
	f.Helper()
	p, q := f.connect(testConfig{Type: wire.DEALER, RecvLimits: limits})
	f.shakeHands(p, q, "DEALER")
	return p, q
}

// A peer whose own bytes are not read gets everything that was written to it,
// and then the end; an immediate close would have reset the connection. The
// peer may take its time.
func TestCloseGracefullyDelivers(t *testing.T) {
	for seed := range uint64(100) {
		f := newFixture(t, seed, sim.Faults{ShortRead: 0.2, ShortWrite: 0.2, WouldBlock: 0.2, Stall: 0.2, Buffer: 4 << 10})
		p, q := newDealer(f, pipe.Limits{Msgs: 1 + int(seed%3)})
		q.notReading = true
		for i := range 50 {
			q.say(frame(nil, 0, body(100)))
			p.send(fmt.Append(nil, i))
			p.poll()
		}
		f.until("everything written", func() bool { return p.sent.Msgs == 50 })
		p.e.CloseGracefully(errTest, time.Hour)
		q.say(frame(nil, 0, body(100)))
		f.poll()
		q.notReading = false
		q.startRead()
		f.until("end of stream", func() bool { return q.failed != nil })
		if q.failed != io.EOF {
			t.Fatalf("seed %d: the peer sees %v, want %v", seed, q.failed, io.EOF)
		}
		f.equal("received", messages(q.traffic()), numbered(0, 50))
		q.Close()
		p.awaitClosed()
		if f.d.Now() >= time.Hour {
			t.Fatal("the engine has not noticed that the peer has left")
		}
	}
}

// Neither a peer that stays, nor one that continues to write, delays a close
// for long; without a timeout there is no wait.
func TestCloseGracefullyIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		talks   bool
		at      time.Duration // the time by which it is over
	}{
		{"a peer that stays", time.Second, false, time.Second + time.Millisecond},
		{"a peer that continues to write", time.Hour, true, time.Minute},
		{"without a timeout", 0, false, time.Millisecond},
		{"without a timeout, a peer that continues to write", 0, true, time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, 1, sim.Faults{Buffer: 64 << 10})
			p, q := newDealer(f, pipe.Limits{Msgs: 1})
			if tt.talks {
				q.say(make([]byte, 2*maxLeftover)) // 0 0: empty messages
			}
			f.poll()
			begun := f.d.Now()
			p.e.CloseGracefully(errTest, tt.timeout)
			p.awaitClosed()
			if took := f.d.Now() - begun; took > tt.at {
				t.Errorf("it took %v", took)
			}
			if taken := 2*maxLeftover - len(q.queue); tt.talks && tt.timeout > 0 && taken < maxLeftover {
				t.Errorf("closed after %d bytes, before %d", taken, maxLeftover)
			}
		})
	}
}

// A socket that only receives does not wait for the peer, and neither does a
// connection without its handshake.
func TestCloseGracefullyAtOnce(t *testing.T) {
	for name, prepare := range map[string]func(*fixture) *testSession{
		"PULL": func(f *fixture) *testSession {
			p, q := f.connect(testConfig{Type: wire.PULL})
			f.shakeHands(p, q, "PUSH")
			return p
		},
		"handshake": func(f *fixture) *testSession {
			p, _ := f.connect(testConfig{Type: wire.PUSH, HandshakeTimeout: time.Minute})
			p.e.Start()
			f.poll()
			return p
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 1, sim.Faults{})
			p := prepare(f)
			begun := f.d.Now()
			p.e.CloseGracefully(errTest, time.Hour)
			p.awaitClosed()
			if took := f.d.Now() - begun; took > time.Millisecond {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// Bytes that do not fit any more when the close begins are handed back.
func TestCloseGracefullyHandsBack(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1000})
	p, q := newPush(f, testConfig{})
	want := sendUntilStalled(p, q, 3)
	if !p.e.writeOp.Outstanding() {
		t.Fatal("everything fits: the test tests nothing")
	}
	p.e.CloseGracefully(errTest, time.Second)
	p.awaitClosed()
	first := p.checkUnsent(0, want)
	q.notReading = false
	q.startRead()
	f.until("end of stream", func() bool { return q.failed != nil })
	if n := len(q.traffic()); n != first || q.failed != io.EOF {
		t.Errorf("%d messages count as sent, the peer has %d and %v", first, n, q.failed)
	}
}

// Once the socket is aborted nothing more is written, not even by a dispatcher
// that was given the work before, or whose write completes because the peer
// reads.
func TestAbortWritesNothing(t *testing.T) {
	for _, test := range []struct {
		name string
		full bool // the peer does not read, and a write waits for it
	}{{"what was handed on", false}, {"a write that waits", true}} {
		t.Run(test.name, func(t *testing.T) {
			const n = 100
			f := newFixture(t, 1, sim.Faults{Buffer: 1000})
			cut := new(atomic.Bool)
			p, q := newPush(f, testConfig{Abort: cut})
			q.notReading = test.full
			var want []item
			for i := range n {
				frames := [][]byte{fmt.Append(nil, i), body(100)}
				p.send(frames...)
				want = append(want, item{frames: frames})
			}
			if test.full {
				f.poll()
			}
			if p.e.writeOp.Outstanding() != test.full || p.e.flushOp.Outstanding() == test.full {
				t.Fatal("the test tests nothing")
			}
			cut.Store(true)
			writes := p.stream.tries + p.stream.writes
			q.notReading = false
			q.startRead()
			f.poll()
			p.e.CloseGracefully(errTest, 0)
			p.awaitClosed()
			if n := p.stream.tries + p.stream.writes - writes; n > 0 {
				t.Errorf("%d writes", n)
			}
			if first := p.checkUnsent(0, want); first == n {
				t.Error("nothing was left to be dropped: the test tests nothing")
			}
		})
	}
}

// CloseNow ends the wait for the peer, whatever the connection waits for. It
// does no harm to a connection that is not being closed gracefully, or has
// nothing to wait for.
func TestCloseNow(t *testing.T) {
	t.Run("the peer stays", func(t *testing.T) {
		f := newFixture(t, 1, sim.Faults{})
		p, q := newDealer(f, pipe.Limits{})
		p.send([]byte("the last"))
		begun := f.d.Now()
		p.e.CloseGracefully(errTest, time.Hour)
		if f.poll(); p.closed > 0 {
			t.Fatal("the peer the engine does not wait for the peer")
		}
		p.e.CloseNow()
		p.e.CloseNow() // once is enough
		p.awaitClosed()
		f.until("end of stream", func() bool { return q.failed != nil })
		f.equal("received", messages(q.traffic()), []string{"the last"})
		if took := f.d.Now() - begun; took > second {
			t.Errorf("it took %v", took)
		}
	})
	t.Run("a write waits", func(t *testing.T) {
		f := newFixture(t, 1, sim.Faults{Buffer: 1000})
		p, q := newPush(f, testConfig{})
		want := sendUntilStalled(p, q, 3)
		if !p.e.writeOp.Outstanding() {
			t.Fatal("everything fits: the test tests nothing")
		}
		begun := f.d.Now()
		p.e.CloseGracefully(errTest, time.Hour)
		p.e.CloseNow() // before the write that is cancelled completes
		p.awaitClosed()
		p.checkUnsent(0, want)
		if took := f.d.Now() - begun; took > second {
			t.Errorf("it took %v", took)
		}
	})
	t.Run("no end", func(t *testing.T) {
		f := newFixture(t, 1, sim.Faults{})
		p, q := newPush(f, testConfig{})
		p.e.CloseNow()
		p.send([]byte("0"))
		f.equal("received", q.awaitMessages(1), numbered(0, 1))
		p.e.Close(errTest)
		p.e.CloseNow()
		p.awaitClosed()
		p.e.CloseNow()
	})
}

// A peer that ends its own side ends the wait at once, also if it has sent
// something before.
func TestCloseGracefullyUntilThePeerEnds(t *testing.T) {
	for _, says := range [][]byte{nil, frame(nil, 0, body(100))} {
		f := newFixture(t, 1, sim.Faults{})
		p, q := newDealer(f, pipe.Limits{})
		begun := f.d.Now()
		p.e.CloseGracefully(errTest, time.Hour)
		q.say(says)
		if f.poll(); p.closed > 0 {
			t.Error("the engine does not wait for the peer")
		}
		q.Close()
		p.awaitClosed()
		if took := f.d.Now() - begun; took > second {
			t.Errorf("it took %v", took)
		}
		if p.e.graceful.mem != nil {
			t.Error("memory for dropped bytes is kept")
		}
	}
}

// A REQ does not wait for the end of a peer that has answered all its requests.
func TestCloseGracefullyAnswered(t *testing.T) {
	for requests := range 3 {
		for replies := range 3 {
			t.Run(fmt.Sprintf("%d requests, %d replies", requests, replies), func(t *testing.T) {
				f := newFixture(t, 1, sim.Faults{})
				p, q := f.connect(testConfig{Type: wire.REQ})
				f.shakeHands(p, q, "REP")
				for i := range requests {
					p.send(fmt.Append(nil, i))
				}
				f.poll()
				for range replies {
					q.say(frame(nil, 0, body(10)))
				}
				f.until("the replies", func() bool { return p.e.delivered == uint32(replies) })
				begun := f.d.Now()
				p.e.CloseGracefully(errTest, time.Second)
				p.awaitClosed()
				if waited := f.d.Now()-begun >= time.Second; waited != (requests != replies) {
					t.Errorf("waited for the peer's end: %v", waited)
				}
			})
		}
	}
}
