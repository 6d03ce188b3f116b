package engine

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/actum-go/actum/proactor/sim"
)

// newPosted is a push whose dispatcher was given n messages and has not begun.
func newPosted(f *fixture, n int) (*testSession, *peer) {
	f.Helper()
	p, q := newPush(f, testConfig{})
	p.send([]byte("0")) // by the sender itself: the next messages are a stream
	for i := 1; i <= n; i++ {
		p.send(fmt.Append(nil, i))
	}
	if !p.e.flushOp.Outstanding() || p.stream.tries != 1 {
		f.Fatalf("posted: %v, after %d writes", p.e.flushOp.Outstanding(), p.stream.tries)
	}
	return p, q
}

func (p *testSession) queued() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, _ := p.out.Queued()
	return n
}

// A sender may write, repeatedly, the work that the dispatcher has not begun;
// the dispatcher writes the rest.
func TestFlushInline(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newPosted(f, 9)
	for _, sent := range []int{10, 20} {
		if !p.e.FlushInline() || p.queued() != 0 {
			t.Fatalf("%d messages wait behind a sender that wrote", p.queued())
		}
		for i := range 10 {
			p.send(fmt.Append(nil, sent+i))
		}
	}
	if p.stream.tries != 3 || p.queued() != 10 {
		t.Errorf("%d writes, %d messages wait, want 3 and 10", p.stream.tries, p.queued())
	}
	f.equal("received", q.awaitMessages(30), numbered(0, 30))
	if p.e.FlushInline() {
		t.Error("an idle engine was flushed inline")
	}
	p.send([]byte("30"))
	f.equal("received", q.awaitMessages(31), numbered(0, 31))
}

// The dispatcher begins while a sender writes: it leaves the work to the
// sender, which releases the writer, or posts the messages that have come
// meanwhile.
func TestFlushInlineWhileTheDispatcherBegins(t *testing.T) {
	for more := range 3 {
		f := newFixture(t, 1, sim.Faults{})
		p, q := newPosted(f, 9)
		p.stream.before = func() {
			p.stream.before = nil
			f.poll()
			for i := range more {
				p.send(fmt.Append(nil, 10+i))
			}
		}
		if !p.e.FlushInline() {
			t.Error("not flushed inline")
		}
		if posted := p.e.flushOp.Outstanding(); posted != (more > 0) {
			t.Errorf("%d more messages: posted: %v", more, posted)
		}
		p.send(fmt.Append(nil, 10+more))
		f.equal("received", q.awaitMessages(11+more), numbered(0, 11+more))
	}
}

// The dispatcher waits for room for the bytes that do not fit.
func TestFlushInlineThatDoesNotFit(t *testing.T) {
	for _, missed := range []bool{false, true} {
		f := newFixture(t, 1, sim.Faults{Buffer: 150})
		p, q := newPush(f, testConfig{})
		q.notReading = true
		want := []string{"0"}
		p.send([]byte("0"))
		for range 5 {
			big := bytes.Repeat([]byte("x"), 100)
			p.send(big)
			want = append(want, string(big))
		}
		if missed {
			p.stream.before = func() {
				p.stream.before = nil
				f.poll()
			}
		}
		if p.e.FlushInline() || p.stream.writes != 0 {
			t.Errorf("flushed inline, although the stream is full; %d operations", p.stream.writes)
		}
		q.notReading = false
		if !q.readOp.Outstanding() {
			q.startRead()
		}
		f.equal("received", q.awaitMessages(6), want)
	}
}

// Close while a sender writes in the dispatcher's place: the stream is not
// closed meanwhile, whether or not the dispatcher begins then.
func TestCloseDuringFlushInline(t *testing.T) {
	for _, missed := range []bool{false, true} {
		f := newFixture(t, 1, sim.Faults{})
		p, q := newPosted(f, 9)
		p.stream.before = func() {
			p.stream.before = nil
			p.e.Close(errTest)
			if missed {
				f.poll()
			}
			if p.stream.closes != 0 || p.closed != 0 {
				t.Error("the stream was closed while a sender was writing to it")
			}
		}
		p.e.FlushInline()
		f.until("closing", func() bool { return p.closed > 0 })
		f.poll()
		if p.closed != 1 || !errors.Is(p.cause, errTest) || p.unsent.Msgs != 0 {
			t.Errorf("closed %d times with %v, and %d messages unsent", p.closed, p.cause, p.unsent.Msgs)
		}
		f.until("end of stream", func() bool { return q.failed != nil })
		f.equal("received", messages(q.traffic()), numbered(0, 10))
	}
}

// A turn that ended over its budget, with everything written, is credited by
// the sender that finds no room: before it takes the next messages, and also if
// there are none.
func TestFlushInlineAfterTheBudget(t *testing.T) {
	for _, behind := range []int{0, 1, 2} {
		f := newFixture(t, 1, sim.Faults{Buffer: 64 << 20})
		p, q := newPush(f, testConfig{})
		q.notReading = true
		p.send(nil)
		p.send(make([]byte, writeBudget))
		if _, err := f.d.Poll(); err != nil {
			t.Fatal(err)
		}
		if !p.e.flushOp.Outstanding() || p.queued() != 1 {
			t.Fatalf("posted: %v, %d messages wait", p.e.flushOp.Outstanding(), p.queued())
		}
		for i := range behind {
			p.send(fmt.Append(nil, "behind ", i))
		}
		if !p.e.FlushInline() || p.queued() != 0 || p.sent.Msgs != uint64(2+behind) {
			t.Errorf("%d behind: %d messages wait, %d count as sent", behind, p.queued(), p.sent.Msgs)
		}
		p.send([]byte("more"))
		q.notReading = false
		q.startRead()
		got := q.awaitMessages(3 + behind)[2:]
		for i := range behind {
			if want := fmt.Sprint("behind ", i); got[i] != want {
				t.Errorf("received %.20q, want %q", got[i], want)
			}
		}
		if got[behind] != "more" {
			t.Errorf("received %.20q at last", got[behind])
		}
		f.poll()
		if p.queued() != 0 || p.sent.Msgs != uint64(3+behind) {
			t.Errorf("%d behind: at last %d messages wait, %d count as sent", behind, p.queued(), p.sent.Msgs)
		}
	}
}

// A turn that ended over its budget in the middle of a message is continued
// where it stopped: by a sender that finds no room, or by the dispatcher.
func TestBudgetEndsInTheMiddleOfAMessage(t *testing.T) {
	for _, inline := range []bool{false, true} {
		f := newFixture(t, 1, sim.Faults{Buffer: 64 << 20})
		p, q := newPush(f, testConfig{})
		q.notReading = true
		p.send(nil)
		large := body(2*writeBudget + 1)
		p.send(large)
		p.send([]byte("behind"))
		if _, err := f.d.Poll(); err != nil {
			t.Fatal(err)
		}
		if p.stream.moved < writeBudget || p.stream.moved > writeBudget+writeBudget/4 || p.sent.Msgs != 1 {
			t.Fatalf("%d bytes written in a turn, %d messages count as sent", p.stream.moved, p.sent.Msgs)
		}
		if inline && (!p.e.FlushInline() || p.sent.Msgs != 3) {
			t.Errorf("%d messages count as sent after a sender found no room, want 3", p.sent.Msgs)
		}
		q.notReading = false
		q.startRead()
		f.equal("received", q.awaitMessages(3)[1:], []string{string(large), "behind"})
	}
}
