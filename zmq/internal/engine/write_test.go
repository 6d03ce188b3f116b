package engine

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// newPush connects a PUSH with an engine to a PULL without one.
func newPush(f *fixture, cfg testConfig) (*testSession, *peer) {
	f.Helper()
	cfg.Type = wire.PUSH
	p, q := f.connect(cfg)
	f.shakeHands(p, q, "PULL")
	return p, q
}

// awaitMessages waits for n messages and returns them.
func (p *peer) awaitMessages(n int) []string {
	p.Helper()
	p.until(fmt.Sprintf("%d messages", n), func() bool { return len(p.traffic()) >= n })
	return messages(p.traffic())
}

// On an idle connection the sender's goroutine writes each message at once.
func TestIdlePathIsWrittenInline(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newPush(f, testConfig{})
	for i := range 3 {
		p.send(fmt.Append(nil, i))
		if p.stream.tries != i+1 || p.e.flushOp.Outstanding() {
			t.Fatalf("%d writes after %d sends; posted: %v", p.stream.tries, i+1, p.e.flushOp.Outstanding())
		}
		f.network.Advance(pipe.Gap)
	}
	f.equal("received", q.awaitMessages(3), numbered(0, 3))
	if p.stream.tries != 3 || p.stream.writes != 0 {
		t.Errorf("%d writes and %d operations for 3 messages", p.stream.tries, p.stream.writes)
	}
}

// Messages sent in close succession are written together, by the dispatcher.
func TestStreamOfSendsIsBatched(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newPush(f, testConfig{})
	for i := range 100 {
		p.send(fmt.Append(nil, i))
	}
	if p.stream.tries != 1 || !p.e.flushOp.Outstanding() {
		t.Errorf("%d writes by a sender in a loop, want 1; posted: %v", p.stream.tries, p.e.flushOp.Outstanding())
	}
	f.equal("received", q.awaitMessages(100), numbered(0, 100))
	if p.stream.tries != 2 || p.stream.writes != 0 {
		t.Errorf("%d writes and %d operations for 100 messages, want 2 and none", p.stream.tries, p.stream.writes)
	}
}

// Messages of a sender that rotates over many connections are batched too, although each
// connection is idle between two of its messages: a thousand messages to each of eight
// connections take few writes.
func TestStreamOverManyConnectionsIsBatched(t *testing.T) {
	const peers, each = 8, 1000
	f := newFixture(t, 1, sim.Faults{})
	pace := &pipe.Pace{Now: f.network.Now}
	var parties [peers]*testSession
	var raw [peers]*peer
	for i := range parties {
		parties[i], raw[i] = newPush(f, testConfig{})
		parties[i].share(pace)
	}
	for i := range peers * each {
		parties[i%peers].send(fmt.Append(nil, i/peers))
		if i%100 == 99 {
			f.network.Advance(pipe.Gap - 1) // a sender that sometimes does other work, and is still a stream
			f.poll()
		}
	}
	writes := 0
	for i, p := range parties {
		f.equal("received", raw[i].awaitMessages(each), numbered(0, each))
		writes += p.stream.tries + p.stream.writes
	}
	if most := 2*peers + peers*(peers*each/100+1); writes > most {
		t.Errorf("%d writes for %d messages, want at most %d", writes, peers*each, most)
	}
}

func TestWithoutSpeculativeWriteEveryWriteIsAnOperation(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newPush(f, testConfig{Tuning: tuning.Options{NoSpeculativeWrite: true}})
	p.send([]byte("0"))
	f.equal("received", q.awaitMessages(1), numbered(0, 1))
	if p.stream.tries != 0 || p.stream.writes != 1 {
		t.Errorf("%d writes and %d operations, want one operation", p.stream.tries, p.stream.writes)
	}
}

// Bytes that do not fit into the socket's buffer are written by an operation: no goroutine
// tries again and again while the peer does not read.
func TestInlineWriteThatDoesNotFit(t *testing.T) {
	for _, size := range []int{100, message.GatherMin} {
		f := newFixture(t, 1, sim.Faults{Buffer: 150})
		p, q := newPush(f, testConfig{})
		q.notReading = true
		big := bytes.Repeat([]byte("x"), size)
		var want []string
		for range 5 {
			p.send(big)
			want = append(want, string(big))
			f.network.Advance(time.Second)
			f.poll()
		}
		if p.stream.tries > 6 || p.stream.writes != 1 {
			t.Errorf("%d writes and %d operations while the peer does not read", p.stream.tries, p.stream.writes)
		}
		if q.notReading = false; !q.readOp.Outstanding() {
			q.startRead()
		}
		f.equal("received", q.awaitMessages(5), want)
	}
}

// Large bodies are written without a copy (a gather write), in order with small ones.
func TestGatherWrite(t *testing.T) {
	for _, off := range []tuning.Options{{}, {NoSpeculativeWrite: true}} {
		f := newFixture(t, 1, sim.Faults{ShortWrite: 0.5, WouldBlock: 0.2, Buffer: 3000})
		p, q := newPush(f, testConfig{Tuning: off})
		var want []item
		for i := range 400 {
			frames := [][]byte{fmt.Append(nil, i), body(i * 31 % 9000)}
			p.send(frames...)
			want = append(want, item{frames: frames})
		}
		f.until("messages", func() bool { return len(q.sent) > 0 && len(q.traffic()) == len(want) })
		for i, got := range q.traffic() {
			if !got.equal(want[i]) {
				t.Fatalf("message %d: %v, want %v", i, got, want[i])
			}
		}
	}
}

// An engine writes a bounded number of bytes in one turn of the dispatcher, so that other
// connections are served.
func TestWriteBudget(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 64 << 20})
	p, q := newPush(f, testConfig{})
	q.notReading = true
	p.send(nil) // so that the dispatcher writes the next messages
	const size = 1 << 20
	large := make([]byte, size)
	for range 4 * writeBudget / size {
		p.send(large)
	}
	if _, err := f.d.Poll(); err != nil {
		t.Fatal(err)
	}
	if most := writeBudget + writeBudget/4; p.stream.moved == 0 || p.stream.moved > most {
		t.Errorf("%d bytes written in one turn, the budget is %d", p.stream.moved, writeBudget)
	}
	f.until("all written", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		n, _ := p.out.Queued()
		return n == 0
	})
}

// In one round of the dispatcher, all connections of a socket together write a bounded
// number of bytes, whether the messages are small, large, or longer than one write, and
// with both ways of writing. When one connection is left, it has the whole share.
func TestConnectionsShareARound(t *testing.T) {
	const connections = 128
	for name, size := range map[string]int{"small": 1 << 10, "large": 64 << 10, "longer than a write": 3 * writeBudget} {
		body := make([]byte, size)
		for _, off := range []tuning.Options{{}, {NoSpeculativeWrite: true}} {
			f := newFixture(t, 1, sim.Faults{Buffer: 64 << 20})
			count := new(atomic.Int32)
			parties, raw := make([]*testSession, connections), make([]*peer, connections)
			for i := range parties {
				parties[i], raw[i] = newPush(f, testConfig{Tuning: off, Connections: count})
			}
			for i, p := range parties {
				raw[i].notReading = true
				p.send(nil)
				for sent := 0; sent < 2*roundBytes/connections; sent += size {
					p.send(body)
				}
			}
			if _, err := f.d.Poll(); err != nil {
				t.Fatal(err)
			}
			round := 0
			for _, p := range parties {
				round += max(p.stream.moved, p.stream.longest)
			}
			if most := roundBytes + roundBytes/2; round < roundBytes/2 || round > most {
				t.Errorf("%s messages, %+v: a round was given %d KiB, want at most %d", name, off, round>>10, most>>10)
			}
			for _, p := range parties[1:] {
				p.e.Close(errTest)
			}
			f.until("closed", func() bool { return count.Load() == 1 })
			if got := parties[0].e.share(); got != writeBudget {
				t.Errorf("the last connection has a share of %d bytes", got)
			}
		}
	}
}
