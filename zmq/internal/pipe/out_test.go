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
	"github.com/actum-go/actum/zmq/internal/wire"
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
					t.Fatalf("notified of room: %d times after %d left", s.room, left)
				}
			}
			if s.room != 1 {
				t.Fatalf("notified of room %d times, want once", s.room)
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

// A sender that was refused is notified of the room that a receiver over inproc
// adds.
func TestJoinMakesRoom(t *testing.T) {
	s := newSender(pipe.Limits{Msgs: 2})
	for s.put(text("x")) {
	}
	if s.room != 0 {
		t.Fatal("notified of room while there is none")
	}
	s.SetReceiverLimits(pipe.Limits{Msgs: 1000})
	if s.room != 1 || !s.put(text("x")) {
		t.Errorf("notified of room %d times, want once", s.room)
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

// An idle consumer is woken once for all messages that come until it is idle
// again.
func TestOutWakesAnIdleConsumer(t *testing.T) {
	s, k := newSender(pipe.Limits{}), new(wakes)
	s.put(text("before there is a consumer"))
	s.Attach(k, false)
	s.put(text("a"))
	s.put(text("b"))
	if *k != 1 {
		t.Fatalf("woken %d times, want once", *k)
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
		t.Fatal("woken while active")
	}
	var next message.Batch
	if !s.CreditAndTake(b.Msgs, b.Size, &next) || s.CreditAndTake(next.Msgs, next.Size, &message.Batch{}) {
		t.Fatal("want one message and then an idle consumer")
	}
	s.put(text("d"))
	if *k != 2 {
		t.Fatal("not woken while idle")
	}
}

func TestOutActivateSelf(t *testing.T) {
	s, k := newSender(pipe.Limits{}), new(wakes)
	if s.ActivateSelf(k) {
		t.Fatal("active without a consumer")
	}
	s.Attach(k, true)
	if s.ActivateSelf(k) {
		t.Fatal("activated twice")
	}
	s.Take(&message.Batch{})
	if !s.ActivateSelf(k) {
		t.Fatal("not idle after an empty Take")
	}
	s.Attach(new(wakes), false)
	if s.ActivateSelf(k) {
		t.Fatal("a consumer has activated its successor")
	}
}

// drainer takes until there is nothing, on a goroutine of its own.
type drainer struct {
	s    *sender
	wake chan struct{}
	got  []string
}

func (r *drainer) Wake(bool) { r.wake <- struct{}{} }

func (r *drainer) FlushInline() bool { return false }

func (r *drainer) run(n int) {
	for len(r.got) < n {
		<-r.wake
		var b message.Batch
		for ok := r.s.Take(&b); ok; {
			r.got = append(r.got, texts(b)...)
			msgs, size := b.Msgs, b.Size
			b = message.Batch{}
			ok = r.s.CreditAndTake(msgs, size, &b)
		}
	}
}

// No message is stranded between the moment at which the consumer becomes idle
// and the sender's put: the last message always arrives.
func TestOutStrandsNothing(t *testing.T) {
	const n = 20_000
	s := newSender(pipe.Limits{Msgs: 4})
	r := &drainer{s: s, wake: make(chan struct{}, 1)}
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
		t.Fatalf("discarded %d, drained %v, notified of room %d times", n, drained, s.room)
	}
	if s.sent.Msgs != 0 {
		t.Fatal("discarded messages count as sent")
	}
}

// Messages that a consumer could not write go before those that have come
// since.
func TestOutDetachRequeuesUnsentMessages(t *testing.T) {
	large := strings.Repeat("large", message.GatherMin)
	s, k := newSender(pipe.Limits{Msgs: 4}), new(wakes)
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

// A consumer that has written everything returns nothing.
func TestOutDetachWithNothingUnsent(t *testing.T) {
	s, k := newSender(pipe.Limits{}), new(wakes)
	s.Attach(k, false)
	s.put(text("written"))
	var flight message.Batch
	s.Take(&flight)
	s.put(text("later"))
	flight.DropWritten(2 + len("written"))
	s.Detach(&flight)
	if s.sent != (pipe.Counter{Msgs: 1, Bytes: uint64(len("written"))}) {
		t.Errorf("counted %+v as sent", s.sent)
	}
	var b message.Batch
	if s.Take(&b); !slices.Equal(texts(b), []string{"later"}) {
		t.Errorf("took %q", texts(b))
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

// Queued, Pending and Waiting count the messages that wait and those that are
// being written, each as documented.
func TestOutCounts(t *testing.T) {
	s := newSender(pipe.Limits{Msgs: 2})
	check := func(when string, msgs, size, waiting int, clogged bool) {
		t.Helper()
		if m, n := s.Queued(); m != msgs || n != size {
			t.Errorf("%s: %d messages of %d bytes are queued, want %d of %d", when, m, n, msgs, size)
		}
		if w, p := s.Waiting(), s.Pending(); w != waiting || p != msgs {
			t.Errorf("%s: %d wait, and %d wait or are being written, want %d and %d", when, w, p, waiting, msgs)
		}
		if s.QueueFull() != clogged {
			t.Errorf("%s: queue full: %t", when, s.QueueFull())
		}
	}
	check("at first", 0, 0, 0, false)
	s.put(text("abc"))
	check("a message", 1, 3, 1, false)
	s.put(text("de"))
	check("two messages", 2, 5, 2, true)
	var b message.Batch
	s.Take(&b)
	check("two that are being written", 2, 5, 0, false)
	s.Put(text("f"))
	check("and one that waits", 3, 6, 1, false)
	s.Credit(1, 3)
	check("one of them written", 2, 3, 1, false)
	if n := s.Discard(); n != 1 {
		t.Errorf("%d messages discarded, want the one that waits", n)
	}
	check("and what waits discarded", 1, 2, 0, false)
}

// ActiveConsumer returns the consumer only while it is active. Joined depends
// on the type of the consumer.
func TestOutKnowsItsConsumer(t *testing.T) {
	s := newSender(pipe.Limits{})
	if s.Joined() || s.ActiveConsumer() != nil {
		t.Errorf("no consumer: joined: %t, active: %v", s.Joined(), s.ActiveConsumer())
	}
	k := new(wakes)
	s.Attach(k, false)
	if s.Joined() || s.ActiveConsumer() != nil {
		t.Errorf("an idle engine: joined: %t, active: %v", s.Joined(), s.ActiveConsumer())
	}
	s.put(text("a"))
	if s.ActiveConsumer() != pipe.Consumer(k) {
		t.Errorf("an active engine: active: %v", s.ActiveConsumer())
	}
	s.Detach(nil)
	in := pipe.NewIn(s.Out, pipe.Limits{}, new(readies), new(pipe.Counter))
	s.Attach(in, true)
	if !s.Joined() || !in.Local || in.FlushInline() {
		t.Errorf("a socket of this process: joined: %t, local: %t, flushes inline: %t", s.Joined(), in.Local, in.FlushInline())
	}
	s.Detach(nil)
	if s.Joined() || s.ActiveConsumer() != nil {
		t.Errorf("detached: joined: %t, active: %v", s.Joined(), s.ActiveConsumer())
	}
}

// With a mark of one there is room when nothing is left: messages beyond the
// mark count as well.
func TestRoomAtAMarkOfOne(t *testing.T) {
	for _, limits := range []pipe.Limits{{Msgs: 1}, {Bytes: 1}} {
		s := newSender(limits)
		s.put(text("x"))
		if s.put(text("y")) {
			t.Fatalf("%+v: not full", limits)
		}
		var b message.Batch
		s.Take(&b)
		s.Put(text("z"))
		if s.Credit(1, 1); s.room != 0 {
			t.Errorf("%+v: notified of room with a message left", limits)
		}
		b.Reset()
		s.Take(&b)
		if s.Credit(1, 1); s.room != 1 {
			t.Errorf("%+v: notified of room %d times, want once", limits, s.room)
		}
	}
}

// All ways to take report that there is nothing.
func TestOutWithNothingToTake(t *testing.T) {
	s := newSender(pipe.Limits{})
	var b message.Batch
	if s.Take(&b) || s.TakeMore(&b) || s.CreditAndTake(0, 0, &b) {
		t.Error("took something out of an empty Out")
	}
	s.put(text("x"))
	if !s.TakeMore(&b) || b.Msgs != 1 {
		t.Errorf("took %d messages, want 1", b.Msgs)
	}
	if s.CreditAndTake(1, 1, &b) || s.Take(&b) {
		t.Error("took a message twice")
	}
}

// An Out refers to a message for several peers if its consumer is a connection, and
// copies it if a socket of this process reads it.
func TestSharedMessagesAreCopiedForInproc(t *testing.T) {
	var page message.SharedPage
	shared, ok := page.Frame(text("abc"))
	if !ok {
		t.Fatal("the message is too large to be shared")
	}
	far, near := newSender(pipe.Limits{}), newSender(pipe.Limits{})
	near.Attach(pipe.NewIn(near.Out, pipe.Limits{}, new(readies), new(pipe.Counter)), true)
	for name, o := range map[string]*pipe.Out{"connection": far.Out, "inproc": near.Out} {
		o.PutShared(&shared)
		var b message.Batch
		if !o.Take(&b) || b.Msgs != 1 || b.Size != 3 {
			t.Fatalf("%s: took %d messages of %d bytes", name, b.Msgs, b.Size)
		}
		if copied := len(b.Refs) == 0; copied != (name == "inproc") {
			t.Errorf("%s: copied: %t", name, copied)
		}
		b.Reset()
	}
}

// Subscriptions are discarded from among the messages that wait, which may make
// room.
func TestOutDiscardSubscriptions(t *testing.T) {
	s := newSender(pipe.Limits{Msgs: 4})
	s.put(text("a"))
	s.Lock()
	for range 3 {
		s.PutSubscription(wire.Subscription{Action: wire.Subscribe})
	}
	s.Unlock()
	if s.put(text("too many")) {
		t.Fatal("not full")
	}
	s.Lock()
	s.DiscardSubscriptions()
	msgs, size := s.Queued()
	s.Unlock()
	if msgs != 1 || size != 1 || s.room != 1 || s.sent.Msgs != 0 {
		t.Errorf("%d messages of %d bytes are left, notified of room %d times, %d sent", msgs, size, s.room, s.sent.Msgs)
	}
}
