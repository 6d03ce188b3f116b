package engine

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// parted waits for the end of a connection.
func (p *party) parted() {
	p.Helper()
	p.until("the end", func() bool { return p.closed > 0 })
	p.polls()
	if p.closed != 1 || !errors.Is(p.cause, errTest) {
		p.Fatalf("told %d times of %v", p.closed, p.cause)
	}
}

// talker is an engine that both sends and receives, and a raw peer of it.
func talker(r *fixture, limits pipe.Limits) (*party, *peer) {
	r.Helper()
	p, q := r.connect(Config{Type: wire.DEALER, RecvLimits: limits})
	r.shakeHands(p, q, "DEALER")
	return p, q
}

// A peer that has written what nobody reads gets everything that was written to
// it, and then the end; closing at once would have reset the connection. It need
// not hurry.
func TestPartDelivers(t *testing.T) {
	for seed := range uint64(100) {
		r := newFixture(t, seed, proactor.SimFaults{ShortRead: 0.2, ShortWrite: 0.2, WouldBlock: 0.2, Stall: 0.2, Buffer: 4 << 10})
		p, q := talker(r, pipe.Limits{Msgs: 1 + int(seed%3)})
		q.deaf = true
		for i := range 50 {
			q.say(frame(nil, 0, body(100)))
			p.send(fmt.Append(nil, i))
			p.polls()
		}
		r.until("everything written", func() bool { return p.sent.Msgs == 50 })
		p.e.CloseGracefully(errTest, time.Hour)
		q.say(frame(nil, 0, body(100)))
		r.polls()
		q.deaf = false
		q.listen()
		r.until("end of stream", func() bool { return q.failed != nil })
		if q.failed != io.EOF {
			t.Fatalf("seed %d: the peer sees %v, want %v", seed, q.failed, io.EOF)
		}
		r.equal("received", messages(q.traffic()), numbered(0, 50))
		q.Close()
		p.parted()
		if r.d.Now() >= time.Hour {
			t.Fatal("nobody noticed that the peer has left")
		}
	}
}

// Neither a peer that stays, nor one that goes on writing, holds an end up for
// long; without patience nothing is waited for.
func TestPartIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name     string
		patience time.Duration
		talks    bool
		at       time.Duration // when it is over, at the latest
	}{
		{"a peer that stays", time.Second, false, time.Second + time.Millisecond},
		{"a peer that goes on writing", time.Hour, true, time.Minute},
		{"no patience", 0, false, time.Millisecond},
		{"no patience with one that goes on writing", 0, true, time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newFixture(t, 1, proactor.SimFaults{Buffer: 64 << 10})
			p, q := talker(r, pipe.Limits{Msgs: 1})
			if tt.talks {
				q.say(make([]byte, 2*maxLeftover)) // 0 0: empty messages
			}
			r.polls()
			begun := r.d.Now()
			p.e.CloseGracefully(errTest, tt.patience)
			p.parted()
			if took := r.d.Now() - begun; took > tt.at {
				t.Errorf("it took %v", took)
			}
			if taken := 2*maxLeftover - len(q.queue); tt.talks && tt.patience > 0 && taken < maxLeftover {
				t.Errorf("given up after %d bytes, before %d", taken, maxLeftover)
			}
		})
	}
}

// What only receives has nothing to wait for, and neither has a connection
// without its handshake.
func TestPartAtOnce(t *testing.T) {
	for name, prepare := range map[string]func(*fixture) *party{
		"PULL": func(r *fixture) *party {
			p, q := r.connect(Config{Type: wire.PULL})
			r.shakeHands(p, q, "PUSH")
			return p
		},
		"handshake": func(r *fixture) *party {
			p, _ := r.connect(Config{Type: wire.PUSH, HandshakeTimeout: time.Minute})
			p.e.Start()
			r.polls()
			return p
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newFixture(t, 1, proactor.SimFaults{})
			p := prepare(r)
			begun := r.d.Now()
			p.e.CloseGracefully(errTest, time.Hour)
			p.parted()
			if took := r.d.Now() - begun; took > time.Millisecond {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// What does not fit any more when the end begins is cut off, and comes back.
func TestPartCutsOff(t *testing.T) {
	r := newFixture(t, 1, proactor.SimFaults{Buffer: 1000})
	p, q := push(r, Config{})
	want := sendUntilDeaf(p, q, 3)
	if !p.e.writeOp.Outstanding() {
		t.Fatal("everything fits: the test tests nothing")
	}
	p.e.CloseGracefully(errTest, time.Second)
	p.parted()
	first := p.checkUnsent(0, want)
	q.deaf = false
	q.listen()
	r.until("end of stream", func() bool { return q.failed != nil })
	if n := len(q.traffic()); n != first || q.failed != io.EOF {
		t.Errorf("%d messages count as sent, the peer has %d and %v", first, n, q.failed)
	}
}

// Once the socket is cut off nothing more is written, also by a dispatcher that was
// told to before, or whose write comes back because the peer reads.
func TestCutOffWritesNothing(t *testing.T) {
	for _, test := range []struct {
		name string
		full bool // the peer does not read, and a write waits for it
	}{{"what was handed on", false}, {"a write that waits", true}} {
		t.Run(test.name, func(t *testing.T) {
			const n = 100
			r := newFixture(t, 1, proactor.SimFaults{Buffer: 1000})
			cut := new(atomic.Bool)
			p, q := push(r, Config{Abort: cut})
			q.deaf = test.full
			var want []item
			for i := range n {
				frames := [][]byte{fmt.Append(nil, i), body(100)}
				p.send(frames...)
				want = append(want, item{frames: frames})
			}
			if test.full {
				r.polls()
			}
			if p.e.writeOp.Outstanding() != test.full || p.e.flushOp.Outstanding() == test.full {
				t.Fatal("the test tests nothing")
			}
			cut.Store(true)
			writes := p.stream.tries + p.stream.writes
			q.deaf = false
			q.listen()
			r.polls()
			p.e.CloseGracefully(errTest, 0)
			p.parted()
			if n := p.stream.tries + p.stream.writes - writes; n > 0 {
				t.Errorf("%d writes", n)
			}
			if first := p.checkUnsent(0, want); first == n {
				t.Error("nothing was left to be dropped: the test tests nothing")
			}
		})
	}
}

// Who hurries an end does not wait for the peer any more, whatever the connection
// waits for; one that has not begun to part, or has nothing to wait for, is none the
// worse for it.
func TestHurry(t *testing.T) {
	t.Run("the peer stays", func(t *testing.T) {
		r := newFixture(t, 1, proactor.SimFaults{})
		p, q := talker(r, pipe.Limits{})
		p.send([]byte("the last"))
		begun := r.d.Now()
		p.e.CloseGracefully(errTest, time.Hour)
		if r.polls(); p.closed > 0 {
			t.Fatal("the peer is not waited for")
		}
		p.e.CloseNow()
		p.e.CloseNow() // once is enough
		p.parted()
		r.until("end of stream", func() bool { return q.failed != nil })
		r.equal("received", messages(q.traffic()), []string{"the last"})
		if took := r.d.Now() - begun; took > second {
			t.Errorf("it took %v", took)
		}
	})
	t.Run("a write waits", func(t *testing.T) {
		r := newFixture(t, 1, proactor.SimFaults{Buffer: 1000})
		p, q := push(r, Config{})
		want := sendUntilDeaf(p, q, 3)
		if !p.e.writeOp.Outstanding() {
			t.Fatal("everything fits: the test tests nothing")
		}
		begun := r.d.Now()
		p.e.CloseGracefully(errTest, time.Hour)
		p.e.CloseNow() // before the write that is cancelled is back
		p.parted()
		p.checkUnsent(0, want)
		if took := r.d.Now() - begun; took > second {
			t.Errorf("it took %v", took)
		}
	})
	t.Run("no end", func(t *testing.T) {
		r := newFixture(t, 1, proactor.SimFaults{})
		p, q := push(r, Config{})
		p.e.CloseNow()
		p.send([]byte("0"))
		r.equal("received", q.pushed(1), numbered(0, 1))
		p.e.Close(errTest)
		p.e.CloseNow()
		p.parted()
		p.e.CloseNow()
	})
}

// A peer that ends its own side ends the wait for it, at once, also if it has said
// something before.
func TestPartUntilThePeerEnds(t *testing.T) {
	for _, says := range [][]byte{nil, frame(nil, 0, body(100))} {
		r := newFixture(t, 1, proactor.SimFaults{})
		p, q := talker(r, pipe.Limits{})
		begun := r.d.Now()
		p.e.CloseGracefully(errTest, time.Hour)
		q.say(says)
		if r.polls(); p.closed > 0 {
			t.Error("the peer is not waited for")
		}
		q.Close()
		p.parted()
		if took := r.d.Now() - begun; took > second {
			t.Errorf("it took %v", took)
		}
		if p.e.graceful.mem != nil {
			t.Error("memory for what was dropped is kept")
		}
	}
}
