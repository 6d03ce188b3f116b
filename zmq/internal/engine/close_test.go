package engine

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// Close while a sender is writing inline: the stream is not closed meanwhile,
// and the session is notified once, when the sender is done.
func TestCloseWhileASenderWrites(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newPush(f, testConfig{})
	writing, goOn, sent := make(chan struct{}), make(chan struct{}), make(chan struct{})
	p.stream.before = func() {
		close(writing)
		<-goOn
	}
	go func() {
		defer close(sent)
		p.send([]byte("the last"))
	}()
	<-writing
	p.e.Close(errTest)
	f.poll()
	if p.stream.closes != 0 || p.closed != 0 {
		t.Error("the stream was closed while a sender was writing to it")
	}
	close(goOn)
	<-sent
	f.until("closing", func() bool { return p.closed > 0 })
	f.poll()
	if p.closed != 1 || !errors.Is(p.cause, errTest) || p.unsent.Msgs != 0 {
		t.Errorf("closed %d times with %v, and %d messages unsent", p.closed, p.cause, p.unsent.Msgs)
	}
	f.until("end of stream", func() bool { return q.failed != nil })
	f.equal("received", messages(q.traffic()), []string{"the last"})
	if q.failed != io.EOF {
		t.Errorf("the peer sees %v, want %v", q.failed, io.EOF)
	}
}

// Close in every state of the handshake, and right after it.
func TestCloseAnyTime(t *testing.T) {
	for turns := range 12 {
		f := newFixture(t, 1, sim.Faults{Buffer: 20})
		p, q := f.connect(testConfig{Type: wire.PUSH, HandshakeTimeout: 1e9})
		p.e.Start()
		q.greet("PULL")
		for range turns {
			if _, err := f.d.Poll(); err != nil {
				t.Fatal(err)
			}
		}
		p.e.Close(errTest)
		p.e.Close(io.ErrUnexpectedEOF) // once is enough
		f.until("closing", func() bool { return p.closed > 0 })
		f.poll()
		if p.closed != 1 || !errors.Is(p.cause, errTest) {
			t.Errorf("after %d turns: closed %d times with %v", turns, p.closed, p.cause)
		}
	}
}

// The peer leaves during the handshake, or the first command after it.
// Regardless of which write finds that out, the session is notified once and at
// once, of an established peer only if there was one, and no timer keeps
// running.
func TestWriteFailsInTheHandshake(t *testing.T) {
	for write, established := range []int{1: 0, 2: 0, 3: 1} {
		for _, limit := range []time.Duration{0, time.Minute} {
			for _, beat := range []*option.Heartbeat{nil, {Interval: time.Hour}} {
				if write == 0 {
					continue
				}
				t.Run(fmt.Sprintf("write %d, limit %v, heartbeats %v", write, limit, beat != nil), func(t *testing.T) {
					f := newFixture(t, 1, sim.Faults{})
					p, q := f.connect(testConfig{Type: wire.PUSH, HandshakeTimeout: limit, Heartbeat: beat})
					p.stream.broken = write
					p.send([]byte("the first message"))
					begun := f.d.Now()
					p.e.Start()
					q.greet("PULL")
					f.until("closing", func() bool { return p.closed > 0 })
					f.poll()
					if p.closed != 1 || !errors.Is(p.cause, errTest) || p.established != established {
						t.Errorf("closed %d times with %v, established %d times, want %d", p.closed, p.cause, p.established, established)
					}
					if took := f.d.Now() - begun; took > time.Second || p.e.timing() {
						t.Errorf("it took %v; timers run: %v", took, p.e.timing())
					}
				})
			}
		}
	}
}

func TestHandshakeTimeout(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, _ := f.connect(testConfig{Type: wire.PUSH, HandshakeTimeout: 1e9})
	p.e.Start()
	f.until("giving up", func() bool { return p.closed > 0 })
	if !errors.Is(p.cause, ErrHandshakeTimeout) || f.d.Now() > 2e9 {
		t.Errorf("closed with %v after %v, want %v after a second", p.cause, f.d.Now(), ErrHandshakeTimeout)
	}
}

// A connection ends at any moment: every message was either written to the last
// byte, or is handed back whole, in order. What was written arrives, if the
// peer still reads.
func TestUnsent(t *testing.T) {
	handedBack := 0
	for seed := range uint64(500) {
		f := newFixture(t, seed, sim.Faults{
			ShortWrite: 0.3, WouldBlock: 0.2, Stall: 0.1, Reorder: 0.2, CancelLoses: 0.5, Buffer: 500 << (seed % 8),
		})
		p, q := newPush(f, testConfig{Tuning: tuning.Options{NoSpeculativeWrite: seed%4 == 0}})
		want := sendUntilStalled(p, q, int(seed))
		leaves := seed%2 == 0
		if leaves {
			q.Close() // with data unread: a reset
		} else {
			p.e.Close(errTest)
		}
		f.until("closing", func() bool { return p.closed > 0 })
		handedBack += p.unsent.Msgs
		first := p.checkUnsent(seed, want)
		if leaves {
			continue
		}
		q.notReading = false
		q.startRead()
		f.until("end of stream", func() bool { return q.failed != nil })
		if n := len(q.traffic()); n != first {
			t.Fatalf("seed %d: %d messages count as sent, the peer has %d", seed, first, n)
		}
	}
	if handedBack < 500 {
		t.Errorf("%d messages were handed back in total: the test tests nothing", handedBack)
	}
}

// sendUntilStalled sends messages to a peer that stops reading at some point.
func sendUntilStalled(p *testSession, q *peer, seed int) (sent []item) {
	for i := range 40 {
		frames := [][]byte{fmt.Append(nil, i), body(seed * i * 77 % (6 << 10))}
		p.send(frames...)
		sent = append(sent, item{frames: frames})
		if i == 2+seed%37 {
			q.notReading = true
		}
		if i%4 == 0 {
			p.poll()
		}
	}
	return sent
}

// checkUnsent compares the messages that were handed back, and those that were
// never taken, with the end of those that were sent. It returns where that
// begins.
func (p *testSession) checkUnsent(seed uint64, want []item) (first int) {
	p.Helper()
	p.out.Detach(&p.unsent)
	var left message.Batch
	p.out.Take(&left)
	var cursor message.Cursor
	cursor.Load(left)
	first = len(want) - left.Msgs
	for i := first; i < len(want); i++ {
		if m, ok := cursor.Next(); !ok || !want[i].equal(item{frames: m.Frames()}) {
			p.Fatalf("seed %d: message %d is not where it should be among the %d that were handed back", seed, i, left.Msgs)
		}
	}
	if int(p.sent.Msgs) != first {
		p.Fatalf("seed %d: %d messages counted as sent, %d left out of %d", seed, p.sent.Msgs, left.Msgs, len(want))
	}
	return first
}

// A connection is closed at once, whatever it waits for: no timer delays it.
func TestCloseIsImmediate(t *testing.T) {
	started := func(cfg testConfig, peer string, says ...[]byte) func(*fixture) *testSession {
		return func(f *fixture) *testSession {
			p, q := f.connect(cfg)
			f.shakeHands(p, q, peer)
			for _, b := range says {
				q.say(b)
			}
			f.poll()
			return p
		}
	}
	for name, prepare := range map[string]func(*fixture) *testSession{
		"the handshake": func(f *fixture) *testSession {
			p, _ := f.connect(testConfig{Type: wire.PULL, HandshakeTimeout: time.Hour})
			p.e.Start()
			f.poll()
			return p
		},
		"the next PING":      started(testConfig{Type: wire.PULL, Heartbeat: &option.Heartbeat{Interval: time.Hour}}, "PUSH"),
		"a PONG":             started(testConfig{Type: wire.DEALER, Heartbeat: &option.Heartbeat{Interval: second, Timeout: time.Hour}}, "DEALER"),
		"a promise":          started(testConfig{Type: wire.PULL}, "PUSH", wire.AppendPing(nil, time.Hour, nil)),
		"the rest":           started(testConfig{Type: wire.PULL, StallTimeout: time.Hour}, "PUSH", announce(0, 10)),
		"calm":               started(testConfig{Type: wire.PULL}, "PUSH", make([]byte, 60<<10)), // 0 0: empty messages
		"room":               started(testConfig{Type: wire.PULL, RecvLimits: pipe.Limits{Msgs: 1}}, "PUSH", make([]byte, 100)),
		"a rest to be grown": started(testConfig{Type: wire.PULL, StallTimeout: time.Hour}, "PUSH", announce(0, huge), make([]byte, 60<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
			p := prepare(f)
			if !p.e.timing() {
				t.Fatal("no timer runs: the test tests nothing")
			}
			begun := f.d.Now()
			p.e.Close(errTest)
			p.awaitClosed()
			if took := f.d.Now() - begun; took > time.Millisecond {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// A read that other code cancels ends the connection, also after the engine
// cancelled one to replace its chunk.
func TestCanceledByAnother(t *testing.T) {
	for _, calm := range []bool{false, true} {
		f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
		p, q := f.connect(testConfig{Type: wire.PULL, StallTimeout: time.Hour})
		f.shakeHands(p, q, "PUSH")
		if calm {
			q.say(append(make([]byte, 60<<10), 0, 3, 'a')) // empty messages, and a part of one
			p.connectedFor(3 * calmAfter)
			if len(p.e.decoder.chunk) > 2*pooledChunk || p.e.quiet == nil {
				t.Fatal("the memory was not changed: the test tests nothing")
			}
		}
		f.d.Cancel(&p.e.readOp)
		f.poll()
		if p.closed != 1 || !errors.Is(p.cause, proactor.ErrCanceled) {
			t.Errorf("calm: %t; closed %d times with %v", calm, p.closed, p.cause)
		}
	}
}
