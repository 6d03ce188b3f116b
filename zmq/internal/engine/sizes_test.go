package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
	"github.com/actum-go/actum/zmq/internal/mechanism"
	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/pipe"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// The measured and documented figures: what an idle connection costs, what one
// read brings, how much a turn does, how long the engine waits for a peer. They
// are numbers here, so that a change of a constant needs a change of its test.

func newDecoding(keep keeping, chunk int) *decoding {
	return &decoding{d: newDecoder(&option.Limits{}, keep, chunk), room: always(1 << 30)}
}

func (c *decoding) mustFeed(t *testing.T, stream []byte) {
	t.Helper()
	if err := c.feed(stream, always(1<<30)); err != nil {
		t.Fatal(err)
	}
}

// The first chunk is small, the next one is pooled, and in a stream they grow
// up to the largest.
func TestChunkSizes(t *testing.T) {
	for _, tt := range []struct{ limit, most int }{{maxChunk, 128 << 10}, {smallChunk, 8 << 10}} {
		c := newDecoding(keepAll, tt.limit)
		if space, behind := c.d.Space(); len(space) != 384 || behind != nil {
			t.Errorf("the first read may bring %d bytes, want 384", len(space))
		}
		c.mustFeed(t, frame(nil, 0, body(200)))
		c.mustFeed(t, frame(nil, 0, body(160)))
		if space, _ := c.d.Space(); len(space) != 4<<10 {
			t.Errorf("the chunk after the first is one of %d bytes, want 4 KiB", len(space))
		}
		largest := 0
		for range 12 {
			c.mustFeed(t, bytes.Repeat(frame(nil, 0, body(10)), 10_000))
			space, _ := c.d.Space()
			largest = max(largest, len(space))
			if c.most > tt.most {
				t.Fatalf("a chunk of %d bytes, the most is %d", c.most, tt.most)
			}
		}
		if largest <= tt.most/2 || c.most != tt.most {
			t.Errorf("in a stream up to %d bytes are read into a chunk of %d, which may have %d", largest, c.most, tt.most)
		}
		c.release()
	}
}

// A chunk is used as long as a read of a useful size fits into it.
func TestChunkIsUsedUp(t *testing.T) {
	for _, tt := range []struct {
		name       string
		used, room int // bytes of the chunk, and what is left
		same       bool
	}{
		{"the first, and room enough", 384 - 64, 64, true},
		{"the first, and too little room", 384 - 63, 4096, false},
		{"the next, and room enough", 4096 - 512, 512, true},
		{"the next, and too little room", 4096 - 511, 4096, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newDecoding(keepAll, maxChunk)
			defer c.release()
			if tt.used > 384 {
				c.mustFeed(t, frame(nil, 0, body(200)))
				c.mustFeed(t, frame(nil, 0, body(160)))
				c.d.Space()
			}
			for left := tt.used; left > 0; {
				n := min(left, 100)
				if left-n < 2 && left > n {
					n -= 2
				}
				c.mustFeed(t, frame(nil, 0, body(n-2)))
				left -= n
			}
			if space, _ := c.d.Space(); len(space) != tt.room {
				t.Errorf("%d bytes are free, want %d", len(space), tt.room)
			}
		})
	}
}

// Bodies from a certain size on are read into memory of their own. The test
// checks which, and how much memory they get before they have come.
func TestLargeBodySizes(t *testing.T) {
	c := newDecoding(keepAll, maxChunk)
	defer c.release()
	c.mustFeed(t, append(announce(0, 32<<10-1), "begun"...))
	if c.d.large != nil {
		t.Error("a body of less than 32 KiB is read into memory of its own")
	}
	c.mustFeed(t, make([]byte, 32<<10-1-5))
	c.mustFeed(t, append(announce(0, 32<<10), "begun"...))
	if c.d.large == nil {
		t.Fatal("a body of 32 KiB is not read into memory of its own")
	}
	if got := len(c.d.large.Data()); got != 16<<10 {
		t.Errorf("the first large body is given %d bytes of memory, want 16 KiB", got)
	}
	if first, behind := c.d.Space(); len(first) != 16<<10-5 || behind != nil {
		t.Errorf("read into %d bytes, and %d behind", len(first), len(behind))
	}
	c.mustFeed(t, make([]byte, 16<<10-5))
	if first, behind := c.d.Space(); len(first) != 16<<10 || len(behind) != 256 {
		t.Errorf("read into %d bytes, and %d behind, want the rest and 256", len(first), len(behind))
	}
	c.mustFeed(t, make([]byte, 16<<10))
	for _, tt := range []struct{ size, trusted int }{{1 << 20, 32 << 10}, {2 << 20, 1 << 20}, {4 << 20, 1 << 20}} {
		c.mustFeed(t, append(announce(0, uint64(tt.size)), 0))
		if got := len(c.d.large.Data()); got != tt.trusted {
			t.Errorf("a body of %d bytes is given %d, want %d", tt.size, got, tt.trusted)
		}
		c.mustFeed(t, make([]byte, tt.size-1))
	}
}

// A body that is larger than the memory that it got on trust gets twice what
// has come.
func TestLargeBodyGrows(t *testing.T) {
	c := newDecoding(keepAll, maxChunk)
	defer c.release()
	const size = 100 << 10
	c.mustFeed(t, append(announce(0, size), 0))
	var sizes []int
	for left := size - 1; left > 0; {
		first, _ := c.d.Space()
		if n := len(c.d.large.Data()); len(sizes) == 0 || sizes[len(sizes)-1] != n {
			sizes = append(sizes, n)
		}
		n := min(left, len(first))
		c.mustFeed(t, make([]byte, n))
		left -= n
	}
	if got, want := fmt.Sprint(sizes), fmt.Sprint([]int{16 << 10, 32 << 10, 64 << 10, 100 << 10}); got != want {
		// The last may be rounded up to a size of the pool.
		if len(sizes) != 4 || sizes[3] < size || fmt.Sprint(sizes[:3]) != fmt.Sprint([]int{16 << 10, 32 << 10, 64 << 10}) {
			t.Errorf("the body had %s bytes of memory in turn, want %s", got, want)
		}
	}
}

// A turn scans 65,536 frames of any form; a command counts for 65 of them.
func TestTurnIsExact(t *testing.T) {
	long := append(announce(0, 1), 'x') // longer than necessary
	for _, tt := range []struct {
		name   string
		keep   keeping
		frames []byte
		turn   int // how many of them are a turn
	}{
		{"short", keepAll, frame(nil, 0, []byte("x")), 1 << 16},
		{"long", keepAll, long, 1 << 16},
		{"short and long", keepAll, append(frame(nil, 0, []byte("x")), long...), 1 << 15},
		{"two short and long", keepAll, append(frame(frame(nil, 0, []byte("x")), 0, nil), long...), (1<<16 + 2) / 3},
		{"of messages", keepAll, append(frame(nil, wire.FlagMore, nil), frame(nil, 0, []byte("x"))...), 1 << 15},
		{"skipped", keepNone, frame(nil, 0, []byte("x")), 1 << 16},
		{"commands", keepAll, frame(nil, wire.FlagCommand, []byte("\x01X")), 1009},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newDecoding(tt.keep, maxChunk)
			defer c.release()
			feed := func(n int) { // no frame is cut: a part of one would count
				for few := 60 / len(tt.frames); n > 0; n -= few {
					c.mustFeed(t, bytes.Repeat(tt.frames, min(n, few)))
				}
			}
			feed(tt.turn - 1)
			if c.turns != 0 {
				t.Errorf("%d turns for less than one", c.turns)
			}
			feed(2) // the end may be found at the next frame
			if c.turns != 1 {
				t.Errorf("%d turns for one", c.turns)
			}
			feed(tt.turn + 1)
			if c.turns != 2 {
				t.Errorf("%d turns for two", c.turns)
			}
		})
	}
}

// reads counts how a stream is read.
type reads struct {
	*recorder
	waits, scatters, tries int
	most                   int // how much one of them may bring
}

func (s *reads) Read(op *proactor.Operation, b []byte) {
	s.waits++
	s.most = max(s.most, len(b))
	s.recorder.Read(op, b)
}

func (s *reads) ReadV(op *proactor.Operation, v [][]byte) {
	s.scatters++
	s.recorder.ReadV(op, v)
}

func (s *reads) TryRead(b []byte) (int, error) {
	s.tries++
	s.most = max(s.most, len(b))
	return s.recorder.TryRead(b)
}

// newCounted is a PULL whose reads are counted from now on.
func newCounted(f *fixture, cfg testConfig) (*testSession, *peer, *reads) {
	f.Helper()
	cfg.Type = wire.PULL
	p, q := f.connect(cfg)
	f.shakeHands(p, q, "PUSH")
	s := &reads{recorder: p.stream}
	p.e.s = s
	return p, q, s
}

// One wake-up reads until there is nothing left, without waiting; after eight
// more reads other connections are served.
func TestOneWakeUpDrains(t *testing.T) {
	for _, tt := range []struct {
		name         string
		cfg          testConfig
		bytes        int
		waits, tries int
	}{
		{"little", testConfig{}, 100, 1, 0},
		{"more than one read", testConfig{}, 5000, 1, 2},
		{"each a wake-up", testConfig{Tuning: tuning.Options{NoReadCoalescing: true}}, 5000, 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
			p, q, s := newCounted(f, tt.cfg)
			msg := frame(nil, 0, body(48))
			n := tt.bytes / len(msg)
			q.say(bytes.Repeat(msg, n))
			f.until("messages", func() bool { p.receive(n); return len(p.got) == n })
			if s.waits != tt.waits || s.tries != tt.tries {
				t.Errorf("%d reads that wait and %d that do not, want %d and %d", s.waits, s.tries, tt.waits, tt.tries)
			}
		})
	}
}

// The budget of one wake-up.
func TestReadBudget(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 64 << 20})
	p, q, s := newCounted(f, testConfig{})
	msg := frame(nil, 0, body(98))
	n := 4 << 20 / len(msg)
	q.say(bytes.Repeat(msg, n))
	most, before := 0, s.tries
	for len(p.got) < n {
		if !f.stuck.Outstanding() {
			t.Fatal("stuck")
		}
		waits := s.waits
		if _, err := f.d.RunOne(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.waits == waits+1 {
			most = max(most, s.tries-before)
		}
		before = s.tries
		p.receive(n)
	}
	if most != 8 {
		t.Errorf("%d reads in one wake-up besides the first, want 8", most)
	}
	if s.most <= 127<<10 || s.most > 128<<10 { // a part of a message may be there
		t.Errorf("one read may bring %d bytes, want 128 KiB", s.most)
	}
}

// While a part of a large body is missing, a read waits for it and for the
// header behind it: there is no attempt to read what is there, which would be
// little.
func TestReadWaitsForALargeBody(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 20 << 10})
	p, q, s := newCounted(f, testConfig{})
	for i := range 3 {
		q.say(frame(nil, 0, body(300<<10)))
		f.until("message", func() bool { p.receive(1); return len(p.got) == i+1 })
	}
	if s.scatters == 0 || s.tries > 12 {
		t.Errorf("%d reads that wait, %d scatter reads, %d that do not wait", s.waits, s.scatters, s.tries)
	}
}

// A turn of the dispatcher that has written 4 MiB is over, even if everything
// is written.
func TestWriteBudgetIsExact(t *testing.T) {
	for size, over := range map[int]bool{4<<20 - 10: false, 4<<20 - 9: true, 4<<20 - 8: true} {
		f := newFixture(t, 1, sim.Faults{Buffer: 64 << 20})
		p, q := newPush(f, testConfig{})
		q.notReading = true
		p.send(nil) // so that the dispatcher writes the next messages
		p.send(make([]byte, size))
		if _, err := f.d.Poll(); err != nil {
			t.Fatal(err)
		}
		if p.stream.moved != 2+9+size || p.e.flushOp.Outstanding() != over {
			t.Errorf("%d bytes written; posted: %v, want %v", p.stream.moved, p.e.flushOp.Outstanding(), over)
		}
	}
}

// vectors records how many pieces are written at a time.
type vectors struct {
	*recorder
	pieces []int
}

func (s *vectors) TryWrite(b []byte) (int, error) {
	s.pieces = append(s.pieces, 1)
	return s.recorder.TryWrite(b)
}

func (s *vectors) TryWriteV(v [][]byte) (int, error) {
	s.pieces = append(s.pieces, len(v))
	return s.recorder.TryWriteV(v)
}

// A gather write has up to 256 pieces; one piece alone is a plain write.
func TestPiecesOfAWrite(t *testing.T) {
	for _, tt := range []struct {
		large int // messages, each of which is two pieces
		want  []int
	}{{1, []int{2}}, {128, []int{256}}, {129, []int{256, 2}}, {200, []int{256, 144}}} {
		f := newFixture(t, 1, sim.Faults{Buffer: 64 << 20})
		p, q := newPush(f, testConfig{})
		q.notReading = true
		p.send(nil)
		s := &vectors{recorder: p.stream}
		p.e.s = s
		for range tt.large {
			p.send(make([]byte, message.GatherMin))
		}
		f.poll()
		if got := fmt.Sprint(s.pieces); got != fmt.Sprint(tt.want) {
			t.Errorf("%d large messages were written in pieces of %s, want %v", tt.large, got, tt.want)
		}
		s.pieces = nil
		p.send([]byte("small"))
		p.send([]byte("small"))
		f.poll()
		for _, n := range s.pieces {
			if n != 1 {
				t.Errorf("small messages were written in %d pieces", n)
			}
		}
	}
}

// A full Inbox is checked after 100 ms, and then each time after twice as long.
func TestLooksAtAFullInbox(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{Type: wire.PULL, RecvLimits: pipe.Limits{Msgs: 2}})
	f.shakeHands(p, q, "PUSH")
	for range 5 {
		q.say(frame(nil, 0, body(10)))
	}
	f.poll()
	const close = time.Millisecond / 4
	p.connectedFor(100*time.Millisecond - close)
	for looks, wait := range []time.Duration{200, 400, 800, 1600, 3200} {
		if p.stream.looks != looks {
			t.Errorf("%d checks, want %d", p.stream.looks, looks)
		}
		if p.connectedFor(2 * close); p.stream.looks != looks+1 {
			t.Errorf("%d checks, want %d", p.stream.looks, looks+1)
		}
		p.connectedFor(wait*time.Millisecond - 2*close)
	}
}

// If a stream cannot tell whether the peer has gone, 64 KiB are read ahead.
func TestReadAheadOfAFullInbox(t *testing.T) {
	const once = 100 // bytes that one read brings
	f := newFixture(t, 1, sim.Faults{Buffer: once})
	p, q := f.connect(testConfig{Type: wire.PULL, RecvLimits: pipe.Limits{Msgs: 2}})
	p.stream.blind = true
	f.shakeHands(p, q, "PUSH")
	for range 4000 {
		q.say(frame(nil, 0, body(98)))
	}
	f.poll()
	for range 2 * 64 << 10 / once {
		if p.e.hungUp() {
			t.Fatal("hungUp is true for a peer that is there")
		}
		f.poll()
	}
	if ahead := p.e.decoder.Ahead(); ahead < 64<<10 || ahead >= 64<<10+once {
		t.Errorf("%d bytes were read ahead, want 64 KiB", ahead)
	}
}

// The bytes of answers are bounded for a peer that sends PINGs and does not
// read.
func TestMostAnswers(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1000})
	p, q := newPush(f, testConfig{})
	q.notReading = true
	ping := wire.AppendPing(nil, 0, []byte("0123456789abcdef"))
	for range 2 * (64 << 10) / len(ping) {
		q.say(ping)
		f.poll()
	}
	answer := len(wire.AppendPong(nil, []byte("0123456789abcdef")))
	if got, want := p.e.waiting(), (64<<10/answer+1)*answer; got != want {
		t.Errorf("%d bytes of answers wait, want %d", got, want)
	}
}

// From a peer that continues to write when the connection is closed, 16 MiB are
// read, 16 KiB at a time.
func TestMostLeftovers(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 64 << 20})
	p, q := newDealer(f, pipe.Limits{Msgs: 1})
	const all = 20 << 20
	for range all >> 20 {
		q.say(frame(nil, 0, make([]byte, 1<<20)))
	}
	f.poll()
	s := &reads{recorder: p.stream}
	p.e.s = s
	p.e.CloseGracefully(errTest, time.Hour)
	mem := p.e.graceful.mem
	p.awaitClosed()
	if mem == nil || !released(mem) {
		t.Error("the memory for dropped bytes is not released")
	}
	if s.most != 16<<10 {
		t.Errorf("%d bytes are dropped at a time, want 16 KiB", s.most)
	}
	if s.tries != 1024 {
		t.Errorf("%d reads, want 1024", s.tries)
	}
}

// The wait for something that was expected is extended by 5 ms.
func TestGrace(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, _ := newHeartbeating(f, testConfig{Heartbeat: &option.Heartbeat{Interval: second, Timeout: second / 2}}, nil)
	begun := p.d.Now()
	if p.connectedFor(second/2 + 4500*time.Microsecond); p.closed > 0 {
		t.Errorf("given up after %v", p.d.Now()-begun)
	}
	if p.connectedFor(second); p.closed != 1 || p.d.Now()-begun > second/2+5500*time.Microsecond {
		t.Errorf("given up after %v", p.d.Now()-begun)
	}
}

// The memory of a burst is given back a second after it.
func TestCalm(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
	p, q := f.connect(testConfig{Type: wire.PULL})
	f.shakeHands(p, q, "PUSH")
	const n = 20_000
	q.say(bytes.Repeat(frame(nil, 0, body(100)), n))
	f.until("the burst", func() bool { p.receive(n); return len(p.got) == n })
	f.poll()
	if p.connectedFor(second - time.Millisecond); len(p.e.decoder.chunk) < 32<<10 {
		t.Errorf("a chunk of %d bytes within a second of a burst", len(p.e.decoder.chunk))
	}
	if p.connectedFor(second + 2*time.Millisecond); len(p.e.decoder.chunk) != 384 {
		t.Errorf("a chunk of %d bytes a second after a burst, want 384", len(p.e.decoder.chunk))
	}
}

// Anything that is read counts as a sign of life, in one read or in several.
func TestAnythingHeardCounts(t *testing.T) {
	for _, beyond := range []int{-10, 0, 10, 3000} {
		f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
		says := func(q *peer) {}
		p, q := newHeartbeating(f, testConfig{Heartbeat: &option.Heartbeat{Interval: second, Timeout: second / 2}}, func(q *peer) { says(q) })
		says = func(q *peer) {
			fits := p.e.decoder.offered // bytes, in the read that waits
			q.say(frame(nil, 0, body(max(0, fits+beyond-2-7*min(1, max(0, fits+beyond-257))))))
		}
		says(q)
		for range 20 {
			if p.connectedFor(second); p.closed > 0 {
				t.Fatalf("%d bytes beyond one read: closed: %v", beyond, p.cause)
			}
			p.receive(10)
		}
	}
}

// A read that fails shows that a peer has left, in a wake-up of its own or
// behind the peer's last bytes.
func TestEndBehindASpeech(t *testing.T) {
	for _, size := range []int{0, 1, 100, 5000} {
		f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
		p, q, _ := newCounted(f, testConfig{})
		q.say(frame(nil, 0, body(size)))
		f.until("said", func() bool { return len(q.queue) == 0 })
		q.Close()
		f.until("the end", func() bool { return p.closed > 0 })
		if p.receive(2); len(p.got) != 1 || p.cause != io.EOF {
			t.Errorf("%d messages and %v", len(p.got), p.cause)
		}
	}
}

// released reports whether the memory has no holder any more.
func released(mem *message.Buffer) (none bool) {
	defer func() { none = recover() != nil }()
	mem.Release()
	return false
}

// Bounds that no peer reaches by sending.
func TestBoundsAsNumbers(t *testing.T) {
	want := uint64(1 << 46)
	if math.MaxInt == math.MaxInt32 {
		want = 1<<30 - 1
	}
	if maxBody != want {
		t.Errorf("a message may have %d bytes, want %d", maxBody, want)
	}
	for over := range 2 {
		c := newDecoding(keepSubscriptions, maxChunk)
		frame := wire.AppendSubscribe(nil, make([]byte, wire.MaxSubscription+over))
		if err := c.feed(frame, always(1<<30)); errors.Is(err, wire.ErrCommand) != (over > 0) {
			t.Errorf("a subscription of %d bytes, the most are %d: %v", wire.MaxSubscription+over, wire.MaxSubscription, err)
		}
		c.release()
	}
}

// A limit of any size is kept, also in the loop for short frames.
func TestLimitsAreExact(t *testing.T) {
	for limit := int64(1); limit <= 300; limit++ {
		for _, l := range []*option.Limits{{MaxFrame: limit}, {MaxMessage: limit}} {
			c := &decoding{d: newDecoder(l, keepAll, maxChunk), room: always(1 << 30)}
			fits := frame(frame(nil, 0, []byte("x")), 0, body(int(limit)))
			c.mustFeed(t, fits)
			if len(c.items) != 2 {
				t.Errorf("%+v: %d of 2 messages", *l, len(c.items))
			}
			if err := c.feed(frame(nil, 0, body(int(limit)+1)), always(1<<30)); !errors.Is(err, ErrTooLarge) {
				t.Errorf("%+v: a message of %d bytes: %v", *l, limit+1, err)
			}
			c.release()
		}
	}
}

// Each wake-up has a turn of its own: many short ones do not add up to a full
// one.
func TestTurnsBeginAnew(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
	p, q := f.connect(testConfig{Type: wire.PULL})
	f.shakeHands(p, q, "PUSH")
	const n, times = 1000, 70
	for i := range times {
		q.say(bytes.Repeat(frame(nil, 0, nil), n))
		f.until("messages", func() bool { p.receive(n); return len(p.got) == (i+1)*n })
		f.poll()
	}
	if p.e.resumeOp.op.Load() != nil {
		t.Error("a turn was over before it began")
	}
}

// An idle connection has nothing that it does not need.
func TestNothingIsKeptAtRest(t *testing.T) {
	for _, limit := range []time.Duration{0, time.Minute} {
		f := newFixture(t, 1, sim.Faults{Buffer: 1 << 20})
		p, q := f.connect(testConfig{Type: wire.PULL, HandshakeTimeout: limit})
		f.shakeHands(p, q, "PUSH")
		check := func(when string) {
			if e := p.e; e.quiet != nil || e.heartbeat != nil || e.fullWatch != nil || e.graceful != nil || e.handshake != nil || e.resumeOp.op.Load() != nil {
				t.Errorf("%s: quiet %v, heart %v, full %v, graceful %v, handshake %v", when, e.quiet, e.heartbeat, e.fullWatch, e.graceful, e.handshake)
			}
		}
		check("after the handshake")
		if e := p.e; cap(e.queued)+cap(e.commands)+cap(e.vec) > 0 {
			t.Errorf("after the handshake: %d and %d bytes of commands, %d pieces", cap(e.queued), cap(e.commands), cap(e.vec))
		}
		q.say(frame(nil, 0, body(10)))
		q.say(wire.AppendPing(nil, 0, nil)) // without a promise
		f.until("a message", func() bool { p.receive(1); return len(p.got) == 1 })
		f.poll()
		check("after a message")
		const n = 20_000
		q.say(bytes.Repeat(frame(nil, 0, body(100)), n))
		f.until("a burst", func() bool { p.receive(n); return len(p.got) == n+1 })
		p.connectedFor(10 * second)
		check("after a burst")
	}
}

// failingMechanism is a mechanism whose Next fails at some point.
type failingMechanism struct {
	mechanism.Mechanism
	turns int // calls that succeed
}

func (m *failingMechanism) Next(b []byte) ([]byte, error) {
	if m.turns--; m.turns < 0 {
		return b, errTest
	}
	return m.Mechanism.Next(b)
}

// A mechanism whose Next fails at any point ends the connection with its error.
func TestMechanismThatFails(t *testing.T) {
	for turns := range 2 {
		f := newFixture(t, 1, sim.Faults{})
		p, q := f.connect(testConfig{Type: wire.PULL})
		p.e.handshake.mechanism = &failingMechanism{p.e.handshake.mechanism, turns}
		p.e.Start()
		q.greet("PUSH")
		f.poll()
		if p.closed != 1 || p.cause != errTest || p.established != 0 {
			t.Errorf("after %d turns: closed %d times with %v, established %d times", turns, p.closed, p.cause, p.established)
		}
	}
}

// However long an Inbox was full before, a peer that leaves is noticed after at
// most as long again as it was full without a break.
func TestFullAgain(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := f.connect(testConfig{Type: wire.PULL, RecvLimits: pipe.Limits{Msgs: 2}})
	f.shakeHands(p, q, "PUSH")
	for range 5 {
		q.say(frame(nil, 0, body(10)))
	}
	for range 200 {
		p.connectedFor(10 * second)
		p.receive(1)
		f.poll()
		p.receive(1)
		f.poll()
		q.say(frame(frame(nil, 0, body(10)), 0, body(10)))
		f.poll()
	}
	if !p.e.inboxFull {
		t.Fatal("it is not full: the test tests nothing")
	}
	q.Close()
	if p.connectedFor(60 * second); p.closed != 1 {
		t.Error("a peer that has left is not noticed within a minute")
	}
}

// Bytes that came while the Inbox was full, and are read when it has room,
// count as a sign of life.
func TestHeardWhenThereIsRoom(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newHeartbeating(f, testConfig{RecvLimits: pipe.Limits{Msgs: 2}, Heartbeat: &option.Heartbeat{Interval: second, Timeout: second / 2}}, pong)
	for range 10 {
		p.connectedFor(8 * second / 10)
		for range 5 {
			q.say(frame(nil, 0, body(10)))
		}
		p.connectedFor(4 * second / 10) // a PING, and its answer
		if !p.e.inboxFull {
			t.Fatal("it is not full: the test tests nothing")
		}
		for range 5 {
			p.receive(1)
			f.poll()
		}
		if p.connectedFor(8 * second / 10); p.closed > 0 {
			t.Fatalf("closed: %v", p.cause)
		}
	}
}

// The first bytes on the wire, as numbers (RFC 37, "Greeting"): the peer learns
// from them which commands we understand.
func TestGreetingOnTheWire(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newPush(f, testConfig{})
	want := append([]byte{0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1}, "NULL"...)
	want = append(want, make([]byte, 64-len(want))...)
	if got := q.sent[:64]; !bytes.Equal(got, want) {
		t.Errorf("the greeting is % x, want % x", got, want)
	}
	p.e.Close(errTest)
	f.poll()
}

// Time for a write does not end a stream: the Pace is notified of each write,
// by a sender or by the dispatcher.
func TestPaceIsNotifiedOfWrites(t *testing.T) {
	f := newFixture(t, 1, sim.Faults{})
	p, q := newPush(f, testConfig{})
	asked := 0
	p.share(&pipe.Pace{Now: func() time.Duration { asked++; return f.network.Now() }})
	p.send([]byte("0")) // once in Alone, and once in Wrote
	if asked != 2 {
		t.Errorf("the sender's write: the clock was asked %d times, want 2", asked)
	}
	p.send([]byte("1"))
	asked = 0
	f.equal("received", q.awaitMessages(2), numbered(0, 2))
	if asked != 1 {
		t.Errorf("the dispatcher's write: the clock was asked %d times, want once", asked)
	}
}
