package engine

import (
	"bytes"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// unboxed returns the frames in b that are complete.
func unboxed(t testing.TB, b []byte) (frames []string) {
	t.Helper()
	return new(unboxer).unbox(t, bytes.Clone(b))
}

// unboxer unboxes frames while their bytes are received.
type unboxer struct {
	box
	done   int // bytes of complete frames
	frames []string
}

// unbox returns the frames that are complete in all bytes so far. It changes their
// bytes.
func (u *unboxer) unbox(t testing.TB, all []byte) []string {
	t.Helper()
	for {
		flags, body, n, err := u.ParseFrame(all[u.done:])
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return u.frames
		}
		u.frames = append(u.frames, fmt.Sprintf("%d%s", flags, body))
		u.done += n
	}
}

// boxedPush is a PUSH engine that boxes its traffic, with a raw peer.
func boxedPush(f *fixture, cfg testConfig) (*testSession, *peer) {
	cfg.Type, cfg.Mechanism = wire.PUSH, NewBoxing
	p, q := f.connect(cfg)
	f.shakeHands(p, q, "PULL")
	return p, q
}

// boxes returns the boxed frames that the engine has sent.
func (p *peer) boxes() []string {
	const ready = 2 + 6 + 1 + len("Socket-Type") + 4 + len("PUSH")
	return p.boxed.unbox(p, p.sent[min(len(p.sent), wire.GreetingSize+ready):])
}

// A connection that is lost at any byte hands back exactly the messages of
// which a byte was not written.
func TestCodecHandsBackWhatIsNotWritten(t *testing.T) {
	large := string(bytes.Repeat([]byte("x"), 5000)) // referred to, not copied
	texts := []string{"a", "", large, "bc", large, "d"}
	for most := 1; most < 10200; most += 1 + most%7*most/40 {
		f := newFixture(t, 1, sim.Faults{})
		p, _ := boxedPush(f, testConfig{})
		s := &failingStream{recorder: p.stream, left: most}
		p.e.s = s
		p.mu.Lock()
		for _, text := range texts {
			p.out.Put(message.New([]byte(text)))
		}
		p.out.Put(message.New([]byte("two"), []byte("frames")))
		p.mu.Unlock()
		if p.out.ActivateSelf(&p.e.conn) {
			p.e.Wake(true)
		}
		f.until("lost", func() bool { return p.closed > 0 })
		whole := 0
		for _, f := range unboxed(t, s.taken) {
			if f[0] == '0' {
				whole++
			}
		}
		if p.unsent.Msgs != len(texts)+1-whole {
			t.Fatalf("after %d bytes with %d whole messages %d are handed back", most, whole, p.unsent.Msgs)
		}
		var c message.Cursor
		c.Load(p.unsent)
		for _, want := range append(texts, "two")[whole:] {
			if m, ok := c.Next(); !ok || string(m.Frame(0)) != want {
				t.Fatalf("after %d bytes %q is handed back, want %q", most, m.Frame(0), want)
			}
		}
	}
}

// failingStream is a stream that fails after a number of bytes.
type failingStream struct {
	*recorder
	left  int
	taken []byte
}

func (s *failingStream) TryWrite(b []byte) (int, error) { return s.TryWriteV([][]byte{b}) }

func (s *failingStream) TryWriteV(v [][]byte) (n int, err error) {
	for _, b := range v {
		k := min(len(b), s.left)
		s.taken = append(s.taken, b[:k]...)
		s.left -= k
		n += k
	}
	if s.left == 0 {
		return n, errTest
	}
	return n, nil
}

// A batch that is larger than a part is encoded as it is written, and credited
// when all of it is.
func TestCodecEncodesInParts(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 16 << 10})
	p, q := boxedPush(f, testConfig{})
	q.notReading = true
	const n = 100
	p.mu.Lock()
	for i := range n {
		p.out.Put(message.New(fmt.Appendf(make([]byte, 10000), "%02d", i)))
	}
	p.mu.Unlock()
	if p.out.ActivateSelf(&p.e.conn) {
		p.e.Wake(true)
	}
	f.poll()
	if size := p.e.coding.part.WireSize(); size > 2*partSize || p.queued() != n {
		t.Errorf("%d bytes are encoded ahead; %d messages are not credited", size, p.queued())
	}
	q.notReading = false
	q.startRead()
	f.until("all written", func() bool { return len(q.boxes()) == n })
	f.until("all credited", func() bool { return p.queued() == 0 })
	if mem := cap(p.e.coding.part.Buf); mem > maxKeptPart {
		t.Errorf("%d bytes of memory are kept", mem)
	}
	if msgs := p.sent.Msgs; msgs != n {
		t.Errorf("%d messages are counted as sent", msgs)
	}
}

// A sender without room writes boxed messages itself.
func TestCodecFlushesInline(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
	p, q := boxedPush(f, testConfig{})
	var want []string
	send := func(size int) {
		text := fmt.Appendf(make([]byte, size), "%d", len(want))
		want = append(want, "0"+string(text))
		p.send(text)
	}
	send(1)
	for range 9 {
		send(1)
	}
	for range 3 {
		if !p.e.FlushInline() {
			t.Fatal("not flushed inline")
		}
		for range 9 {
			send(30 << 10) // more than one part
		}
	}
	f.until("all", func() bool { return len(q.boxes()) == len(want) })
	f.equal("received", q.boxes(), want)
}

// A turn of the dispatcher may end between two parts of a batch: a sender that
// flushes then continues with the next part.
func TestCodecFlushesInlineBetweenParts(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1 << 24})
	many := new(atomic.Int32)
	many.Store(1000) // connections, so that each turn is short
	p, q := boxedPush(f, testConfig{Connections: many})
	const n = 20
	p.mu.Lock()
	for range n {
		p.out.Put(message.New(make([]byte, 64<<10-14))) // two boxes are a part, and a turn
	}
	p.mu.Unlock()
	if p.out.ActivateSelf(&p.e.conn) {
		p.e.Wake(false)
	}
	f.until("a part is written, and the next not begun", func() bool {
		return p.e.turn.Load() == turnPosted && !p.e.pending() && p.e.written > 0
	})
	p.e.FlushInline()
	f.until("all", func() bool { return len(q.boxes()) == n })
}

// Heartbeats are boxed, too: they keep two engines together, and find a peer
// that is silent.
func TestCodecBoxesHeartbeats(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := boxedPush(f, testConfig{Heartbeat: &option.Heartbeat{Interval: time.Second, Timeout: 5 * time.Second}})
	answers := new(box)
	seen := 1
	q.onHeard = func() {
		for boxes := q.boxes(); seen < len(boxes) && seen < 50; seen++ {
			if boxes[seen][:6] != "4\x04PING" {
				t.Fatalf("%q is sent", boxes[seen])
			}
			pong, _ := answers.AppendFrame(nil, wire.FlagCommand, []byte("\x04PONG"))
			q.say(pong)
		}
	}
	f.until("silence is noticed", func() bool { return p.closed > 0 })
	if !errors.Is(p.cause, ErrHeartbeatTimeout) || seen < 50 {
		t.Errorf("closed by %v after %d PINGs", p.cause, seen)
	}
}

// A peer that sends what the codec refuses is disconnected, and so is one whose
// frame exceeds a limit before it is complete.
func TestCodecRefuses(t *testing.T) {
	long, _ := new(box).AppendFrame(nil, 0, make([]byte, 3<<20))
	for name, tt := range map[string]struct {
		bytes []byte
		cause error
		why   pipe.Refusal
	}{
		"malformed": {bytes.Repeat([]byte("?"), 20), errBox, pipe.RefusedMalformed},
		"too large": {long[:2<<20], ErrTooLarge, pipe.RefusedTooLarge},
	} {
		f := newFixture(t, 1, sim.Faults{})
		p, q := f.connect(testConfig{Type: wire.PULL, Mechanism: NewBoxing, Limits: option.Limits{MaxFrame: 1000}})
		f.shakeHands(p, q, "PUSH")
		q.say(tt.bytes)
		f.until("closed", func() bool { return p.closed > 0 })
		if !errors.Is(p.cause, tt.cause) || p.refused[tt.why] != 1 {
			t.Errorf("%s: closed by %v, refused %v", name, p.cause, p.refused)
		}
	}
}

// The Inbox holds a boxed peer back, whose messages then come in order; a burst
// leaves no memory behind.
func TestCodecFullInbox(t *testing.T) {
	f := newFixture(t, 1, sim.Mild())
	p, q := f.connect(testConfig{Type: wire.PULL, Mechanism: NewBoxing, RecvLimits: pipe.Limits{Msgs: 10}})
	f.shakeHands(p, q, "PUSH")
	x := new(box)
	var sent []byte
	const n = 300
	for i := range n {
		sent, _ = x.AppendFrame(sent, 0, fmt.Appendf(make([]byte, i*200), "%d", i))
	}
	q.say(sent)
	f.until("full", func() bool { return p.e.inboxFull })
	f.poll()
	if msgs, _ := p.e.inbox.Queued(); msgs > 10 {
		t.Errorf("%d messages wait", msgs)
	}
	f.until("all", func() bool { p.receive(3); return len(p.got) == n })
	for i, m := range p.got {
		if want := fmt.Appendf(make([]byte, i*200), "%d", i); !bytes.Equal(m.Bytes(), want) {
			t.Fatalf("message %d is %.40q", i, m.Bytes())
		}
		m.Release()
	}
	f.until("calm", func() bool { return !p.e.largeChunk() })
}
