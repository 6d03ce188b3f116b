package pipe_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

func TestOutHighWaterMarks(t *testing.T) {
	for _, tt := range []struct {
		name    string
		limits  pipe.Limits
		size    int // of each message
		fits    int
		roomAgo int // messages that must have left before there is room again
	}{
		{"messages", pipe.Limits{Msgs: 10}, 1, 10, 5},
		{"one message", pipe.Limits{Msgs: 1}, 1, 1, 1},
		{"bytes", pipe.Limits{Bytes: 100}, 30, 4, 3},
		{"bytes before messages", pipe.Limits{Msgs: 100, Bytes: 100}, 50, 2, 1},
		{"messages before bytes", pipe.Limits{Msgs: 2, Bytes: 100}, 1, 2, 1},
		{"larger than the mark in bytes", pipe.Limits{Bytes: 10}, 1000, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSender(tt.limits)
			m := message.Single(make([]byte, tt.size))
			n := 0
			for s.put(m) {
				n++
			}
			if n != tt.fits {
				t.Fatalf("%d messages of %d bytes fit, want %d", n, tt.size, tt.fits)
			}
			var b message.Batch
			if !s.Take(&b) || b.Msgs != n {
				t.Fatalf("took %d messages, want %d", b.Msgs, n)
			}
			if s.put(m) {
				t.Fatal("what was taken and not credited does not count")
			}
			for left := 1; left <= n; left++ {
				s.Credit(1, tt.size)
				if want := left >= tt.roomAgo; (s.room > 0) != want {
					t.Fatalf("told of room: %d times after %d left", s.room, left)
				}
			}
			if s.room != 1 {
				t.Fatalf("told of room %d times, want once", s.room)
			}
			if s.sent != (pipe.Counter{Msgs: uint64(n), Bytes: uint64(n * tt.size)}) {
				t.Fatalf("counted %+v", s.sent)
			}
		})
	}
}

func TestOutWithoutLimits(t *testing.T) {
	s := newSender(pipe.Limits{})
	for range 100_000 {
		if !s.put(text("x")) {
			t.Fatal("full without a limit")
		}
	}
}

// A sender that was refused is told of the room that a receiver over inproc adds.
func TestJoinMakesRoom(t *testing.T) {
	s := newSender(pipe.Limits{Msgs: 2})
	for s.put(text("x")) {
	}
	if s.room != 0 {
		t.Fatal("told of room while there is none")
	}
	s.Join(pipe.Limits{Msgs: 1000})
	if s.room != 1 || !s.put(text("x")) {
		t.Errorf("told of room %d times, want once", s.room)
	}
}

func TestLimitsJoin(t *testing.T) {
	for _, tt := range []struct{ a, b, want pipe.Limits }{
		{pipe.Limits{Msgs: 1000}, pipe.Limits{Msgs: 10}, pipe.Limits{Msgs: 1010}},
		{pipe.Limits{Msgs: 1000}, pipe.Limits{}, pipe.Limits{}},
		{pipe.Limits{Msgs: 1, Bytes: 2}, pipe.Limits{Msgs: 3, Bytes: 4}, pipe.Limits{Msgs: 4, Bytes: 6}},
		{pipe.Limits{Bytes: 2}, pipe.Limits{Msgs: 3}, pipe.Limits{}},
		{pipe.Limits{Msgs: math.MaxInt, Bytes: 2}, pipe.Limits{Msgs: 3, Bytes: math.MaxInt}, pipe.Limits{Msgs: math.MaxInt, Bytes: math.MaxInt}},
	} {
		if got := tt.a.Join(tt.b); got != tt.want {
			t.Errorf("%+v and %+v: got %+v, want %+v", tt.a, tt.b, got, tt.want)
		}
	}
}

// A consumer is kicked once for all that comes until it rests.
func TestOutKicksAConsumerAtRest(t *testing.T) {
	s, k := newSender(pipe.Limits{}), new(kicks)
	s.put(text("before there is a consumer"))
	s.Attach(k, false)
	s.put(text("a"))
	s.put(text("b"))
	if *k != 1 {
		t.Fatalf("kicked %d times, want once", *k)
	}
	var b message.Batch
	if !s.Take(&b) {
		t.Fatal("nothing to take")
	}
	if got := texts(b); !slices.Equal(got, []string{"before there is a consumer", "a", "b"}) {
		t.Fatalf("took %q", got)
	}
	s.put(text("c"))
	if *k != 1 {
		t.Fatal("kicked at work")
	}
	var next message.Batch
	if !s.CreditAndTake(b.Msgs, b.Size, &next) || s.CreditAndTake(next.Msgs, next.Size, &message.Batch{}) {
		t.Fatal("want one message and then rest")
	}
	s.put(text("d"))
	if *k != 2 {
		t.Fatal("not kicked at rest")
	}
}

func TestOutWork(t *testing.T) {
	s, k := newSender(pipe.Limits{}), new(kicks)
	if s.ActivateSelf(k) {
		t.Fatal("at work without a consumer")
	}
	s.Attach(k, true)
	if s.ActivateSelf(k) {
		t.Fatal("at work twice")
	}
	s.Take(&message.Batch{})
	if !s.ActivateSelf(k) {
		t.Fatal("not at rest after an empty Take")
	}
	s.Attach(new(kicks), false)
	if s.ActivateSelf(k) {
		t.Fatal("a consumer has put its successor to work")
	}
}

// rester takes until there is nothing, on a goroutine of its own.
type rester struct {
	s    *sender
	kick chan struct{}
	got  []string
}

func (r *rester) Wake(bool) { r.kick <- struct{}{} }

func (r *rester) FlushInline() bool { return false }

func (r *rester) run(n int) {
	for len(r.got) < n {
		<-r.kick
		var b message.Batch
		for ok := r.s.Take(&b); ok; {
			r.got = append(r.got, texts(b)...)
			msgs, size := b.Msgs, b.Size
			b = message.Batch{}
			ok = r.s.CreditAndTake(msgs, size, &b)
		}
	}
}

// Nothing is stranded between the consumer's rest and the sender's put: the last
// message always arrives.
func TestOutStrandsNothing(t *testing.T) {
	const n = 20_000
	s := newSender(pipe.Limits{Msgs: 4})
	r := &rester{s: s, kick: make(chan struct{}, 1)}
	s.Attach(r, false)
	go func() {
		for i := range n {
			for !s.put(text(fmt.Sprint(i))) {
				runtime.Gosched()
			}
		}
	}()
	r.run(n)
	for i, got := range r.got {
		if got != fmt.Sprint(i) {
			t.Fatalf("message %d is %q", i, got)
		}
	}
}

func TestOutDrained(t *testing.T) {
	s := newSender(pipe.Limits{})
	drained := 0
	s.OnDrained(func() { drained++ })
	if drained != 1 {
		t.Fatal("an empty Out is drained")
	}
	s.put(text("a"))
	s.put(text("b"))
	s.OnDrained(func() { drained++ })
	s.Take(&message.Batch{})
	if drained != 1 {
		t.Fatal("drained with messages taken and not written")
	}
	s.Credit(1, 1)
	s.Credit(1, 1)
	s.Credit(0, 0)
	if drained != 2 {
		t.Fatalf("called %d times, want twice", drained)
	}
}

func TestOutDiscard(t *testing.T) {
	s := newSender(pipe.Limits{Msgs: 3})
	for s.put(text("x")) {
	}
	drained := false
	s.OnDrained(func() { drained = true })
	s.Lock()
	n := s.Discard()
	s.Unlock()
	if n != 3 || !drained || s.room != 1 {
		t.Fatalf("discarded %d, drained %v, told of room %d times", n, drained, s.room)
	}
	if s.sent.Msgs != 0 {
		t.Fatal("what was discarded counts as sent")
	}
}

// What a consumer could not write goes before what has come since.
func TestOutDetachGivesBackWhatWasNotSent(t *testing.T) {
	large := strings.Repeat("large", message.GatherMin)
	s, k := newSender(pipe.Limits{Msgs: 4}), new(kicks)
	s.Attach(k, false)
	for _, m := range []string{"written", large, "unsent"} {
		s.put(text(m))
	}
	var flight message.Batch
	s.Take(&flight)
	s.put(text("later"))
	if s.put(text("too many")) {
		t.Fatal("not full")
	}
	flight.DropWritten(2 + len("written"))
	s.Detach(&flight)
	if s.room != 0 {
		t.Fatal("three of four messages left is not half empty")
	}
	if s.sent.Msgs != 1 || s.sent.Bytes != uint64(len("written")) {
		t.Fatalf("counted %+v as sent", s.sent)
	}
	s.Attach(k, true)
	var b message.Batch
	s.Take(&b)
	if got := texts(b); !slices.Equal(got, []string{large, "unsent", "later"}) {
		t.Fatalf("took %.20q", got)
	}
}

func TestOutPutFromAndBehind(t *testing.T) {
	s := newSender(pipe.Limits{})
	s.PutFrom(1, message.New([]byte("to"), []byte("a"), []byte("b")))
	var e message.Envelope
	e.Add([]byte("who"))
	e.Add(nil)
	s.PutBehind(&e, text("reply"))
	if msgs, size := s.Queued(); msgs != 2 || size != len("abwhoreply") {
		t.Fatalf("%d messages, %d bytes", msgs, size)
	}
	var b message.Batch
	s.Take(&b)
	var c message.Cursor
	c.Load(b)
	first, _ := c.Next()
	second, _ := c.Next()
	if got := fmt.Sprintf("%q %q", first.Frames(), second.Frames()); got != `["a" "b"] ["who" "" "reply"]` {
		t.Fatalf("took %s", got)
	}
}
