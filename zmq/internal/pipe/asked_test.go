package pipe_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"weak"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// How much there is counts what waits and what is being written, as the question has
// it.
func TestOutIsAsked(t *testing.T) {
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
			t.Errorf("%s: clogged: %t", when, s.QueueFull())
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

// Who works for an Out is found while it does; whether it is a socket of this process
// depends on who it is.
func TestOutKnowsItsConsumer(t *testing.T) {
	s := newSender(pipe.Limits{})
	if s.Joined() || s.ActiveConsumer() != nil {
		t.Errorf("nobody is there: joined: %t, busy: %v", s.Joined(), s.ActiveConsumer())
	}
	k := new(kicks)
	s.Attach(k, false)
	if s.Joined() || s.ActiveConsumer() != nil {
		t.Errorf("an engine at rest: joined: %t, busy: %v", s.Joined(), s.ActiveConsumer())
	}
	s.put(text("a"))
	if s.ActiveConsumer() != pipe.Consumer(k) {
		t.Errorf("an engine at work: busy: %v", s.ActiveConsumer())
	}
	s.Detach(nil)
	in := pipe.NewIn(s.Out, pipe.Limits{}, new(readies), new(pipe.Counter))
	s.Attach(in, true)
	if !s.Joined() || !in.Local || in.FlushInline() {
		t.Errorf("a socket of this process: joined: %t, local: %t, relieves: %t", s.Joined(), in.Local, in.FlushInline())
	}
	s.Detach(nil)
	if s.Joined() || s.ActiveConsumer() != nil {
		t.Errorf("gone again: joined: %t, busy: %v", s.Joined(), s.ActiveConsumer())
	}
}

// reading is an Inbox, and the In that reads from it, with marks that are far away.
func reading(got *pipe.Counter) (*pipe.Inbox, *pipe.In) {
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 1000}, nil)
	in := pipe.NewIn(inbox, pipe.Limits{Msgs: 1000}, new(readies), got)
	inbox.Open(in)
	return inbox, in
}

// A loan counts like messages that were received one by one, and what was not taken
// is received afterwards.
func TestInLends(t *testing.T) {
	var got pipe.Counter
	inbox, in := reading(&got)
	var all []string
	for i := range 20 {
		all = append(all, fmt.Sprintf("%02d", i))
	}
	inbox.Put(batchOf(all...))
	in.Next()
	r := in.Publish(nil)
	for i := 1; i <= 5; i++ {
		if m, ok := r.Take(); !ok || string(m.Bytes()) != all[i] {
			t.Fatalf("borrowed %q, %t, want %q", m.Bytes(), ok, all[i])
		}
	}
	if n := in.Return(r); n != 5 {
		t.Errorf("%d messages were taken, want 5", n)
	}
	if msgs, size := in.Uncounted(); msgs != 6 || size != 12 {
		t.Errorf("%d messages of %d bytes were received, want 6 of 12", msgs, size)
	}
	if m, ok := in.Next(); !ok || string(m.Bytes()) != all[6] {
		t.Errorf("received %q, %t, want %q", m.Bytes(), ok, all[6])
	}
	for range 14 {
		in.Next()
	}
	if msgs, _ := in.Uncounted(); msgs != 0 || got != (pipe.Counter{Msgs: 20, Bytes: 40}) {
		t.Errorf("counted %+v, and %d not yet", got, msgs)
	}
}

// A loan ends before the message that is to be paid for: nobody pays within it.
func TestLoanEndsBeforeThePay(t *testing.T) {
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 80}, nil) // paid by twenty
	in := pipe.NewIn(inbox, pipe.Limits{Msgs: 80}, new(readies), new(pipe.Counter))
	inbox.Open(in)
	inbox.Put(batchOf(make([]string, 40)...))
	in.Next()
	r := in.Publish(nil)
	n := 0
	for _, ok := r.Take(); ok; _, ok = r.Take() {
		n++
	}
	if in.Return(r); n != 18 {
		t.Errorf("%d messages are lent, want those up to the one that is paid for, 18", n)
	}
	if msgs, _ := inbox.Queued(); msgs != 40 {
		t.Errorf("%d messages are said to wait, want all before the pay", msgs)
	}
	in.Next()
	if msgs, _ := inbox.Queued(); msgs != 20 {
		t.Errorf("%d messages are said to wait after the pay, want 20", msgs)
	}
}

// What has come and is not received: with or without what the sender still has.
func TestInUnread(t *testing.T) {
	s := newSender(pipe.Limits{})
	in := pipe.NewIn(s.Out, pipe.Limits{}, new(readies), new(pipe.Counter))
	s.Attach(in, false)
	for range 3 {
		s.put(text("x"))
	}
	in.Next()
	s.put(text("y"))
	if here, all := in.Unread(false), in.Unread(true); here != 2 || all != 3 {
		t.Errorf("%d and %d messages are not received, want 2 and 3", here, all)
	}
	in.Detach()
	if here, all := in.Unread(false), in.Unread(true); here != 2 || all != 2 {
		t.Errorf("cut off, %d and %d messages are not received, want the 2 that have come", here, all)
	}
}

// A message keeps the routing id that its peer had when it came, however often that
// changes, also where nothing waits for a while.
func TestInRename(t *testing.T) {
	inbox, in := reading(new(pipe.Counter))
	in.ID = []byte("a")
	inbox.Put(batchOf("a", "a"))
	in.Rename([]byte("b"))
	inbox.Put(batchOf("b"))
	in.Rename([]byte("nobody"))
	in.Rename([]byte("c"))
	inbox.Put(batchOf("c", "c"))
	receive := func(n int) {
		t.Helper()
		for range n {
			if m, ok := in.Next(); !ok || string(in.Sender()) != string(m.Bytes()) {
				t.Errorf("message %q, %t, is of another", m.Bytes(), ok)
			}
		}
	}
	receive(5)
	in.Rename([]byte("d")) // nothing waits
	inbox.Put(batchOf("d", "d"))
	receive(1)
	in.Rename([]byte("e"))
	inbox.Put(batchOf("e"))
	receive(2)
}

// An Inbox without its limits takes anything, and says once whether the engine waits
// for room.
func TestInboxUnlimit(t *testing.T) {
	for _, full := range []bool{false, true} {
		resumed := 0
		inbox := pipe.NewInbox(pipe.Limits{Msgs: 1}, func() { resumed++ })
		in := pipe.NewIn(inbox, pipe.Limits{Msgs: 1}, new(readies), new(pipe.Counter))
		inbox.Open(in)
		inbox.Put(batchOf("a"))
		if full && inbox.Room() != 0 {
			t.Fatal("not full")
		}
		if told := inbox.Unlimit(); told != full {
			t.Errorf("full: %t, but the engine waits: %t", full, told)
		}
		if inbox.Unlimit() || inbox.Room() < 1<<30 {
			t.Errorf("full: %t, room for %d messages", full, inbox.Room())
		}
		inbox.Put(batchOf("b", "c"))
		if n := inbox.Waiting(); n != 3 {
			t.Errorf("%d messages wait, want 3", n)
		}
		for range 4 {
			in.Next()
		}
		if resumed != 0 {
			t.Error("an engine that does not wait was told of room")
		}
	}
}

// What was taken out of an Inbox is not kept by it, while something else waits.
func TestInboxKeepsNothing(t *testing.T) {
	inbox, _ := reading(new(pipe.Counter))
	put := func() weak.Pointer[[4096]byte] {
		body := new([4096]byte)
		b := message.Batch{}
		b.Append(message.Single(body[:]), message.GatherMin)
		inbox.Put(b)
		return weak.Make(body)
	}
	body := put()
	put()
	func() {
		var b message.Batch
		if !inbox.Take(&b) || b.Size != 4096 {
			t.Fatalf("took %d bytes", b.Size)
		}
	}()
	runtime.GC()
	if body.Value() != nil {
		t.Error("a message that was taken is kept")
	}
	if inbox.Waiting() != 1 {
		t.Errorf("%d messages wait, want 1", inbox.Waiting())
	}
}

// Who waits without a limit is woken by the turn alone, which is used up by that.
func TestWaitWithoutALimit(t *testing.T) {
	var l pipe.Waiters
	w := l.Add()
	woken := make(chan bool)
	go func() {
		err := w.Wait(context.Background())
		woken <- err == nil && !w.Ready()
	}()
	l.WakeOne()
	if !<-woken {
		t.Error("the turn is not used up")
	}
	l.Forget(w, false)
}

// With a mark of one there is room when nothing is left: what was put beyond it
// counts as well.
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
			t.Errorf("%+v: told of room with a message left", limits)
		}
		b.Reset()
		s.Take(&b)
		if s.Credit(1, 1); s.room != 1 {
			t.Errorf("%+v: told of room %d times, want once", limits, s.room)
		}
	}
}

// A message for many is referred to where it is written to a connection, and copied
// where a socket of this process reads it.
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
