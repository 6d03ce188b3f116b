package pipe_test

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// receiver is the pattern's side of an In: it makes the waiting goroutine read.
type receiver struct {
	ready chan *pipe.In
	got   pipe.Counter
}

// Readable implements pipe.Reader.
func (r *receiver) Readable(in *pipe.In) { r.ready <- in }

func batchOf(all ...string) (b message.Batch) {
	for _, s := range all {
		b.Append(text(s), message.GatherMin)
	}
	return b
}

// A reader is notified once, and then reads until there is nothing.
func TestInIsReadyOnceUntilItIsEmpty(t *testing.T) {
	r := new(readies)
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 100}, nil)
	in := pipe.NewIn(inbox, pipe.Limits{Msgs: 100}, r, new(pipe.Counter))
	inbox.Open(in)
	inbox.Put(batchOf("a", "b"))
	inbox.Put(batchOf("c"))
	if *r != 1 {
		t.Fatalf("notified %d times, want once", *r)
	}
	for _, want := range []string{"a", "b", "c"} {
		if m, ok := in.Next(); !ok || string(m.Bytes()) != want {
			t.Fatalf("got %q, %v, want %q", m.Bytes(), ok, want)
		}
	}
	inbox.Put(batchOf("d"))
	if *r != 1 {
		t.Fatal("notified before the reader has found nothing")
	}
	if m, ok := in.Next(); !ok || string(m.Bytes()) != "d" {
		t.Fatalf("got %q, %v", m.Bytes(), ok)
	}
	if _, ok := in.Next(); ok {
		t.Fatal("got something out of nothing")
	}
	inbox.Put(batchOf("e"))
	if *r != 2 {
		t.Fatal("not notified after the reader has found nothing")
	}
}

// Over inproc an Out is the In's source: no message of thousands is stranded,
// lost or reordered between them.
func TestInReadsAnOut(t *testing.T) {
	const n = 20_000
	s := newSender(pipe.Limits{Msgs: 16})
	r := &receiver{ready: make(chan *pipe.In, 1)}
	in := pipe.NewIn(s.Out, pipe.Limits{Msgs: 16}, r, &r.got)
	s.Attach(in, false)
	go func() {
		for i := 0; i < n; {
			if s.put(text(fmt.Sprint(i))) {
				i++
			}
		}
	}()
	for i := 0; i < n; {
		in := <-r.ready
		for m, ok := in.Next(); ok; m, ok = in.Next() {
			if string(m.Bytes()) != fmt.Sprint(i) {
				t.Fatalf("message %d is %q", i, m.Bytes())
			}
			i++
		}
	}
	s.Lock()
	defer s.Unlock()
	if s.sent.Msgs != n || r.got != s.sent {
		t.Fatalf("sent %+v, received %+v", s.sent, r.got)
	}
}

// Uncounted returns the messages that were received and not credited yet.
func TestInUncounted(t *testing.T) {
	var got pipe.Counter
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 100}, nil)
	in := pipe.NewIn(inbox, pipe.Limits{Msgs: 100}, new(readies), &got)
	inbox.Open(in)
	inbox.Put(batchOf("a", "bb"))
	in.Next()
	in.Next()
	if msgs, size := in.Uncounted(); msgs != 2 || size != 3 || got.Msgs != 0 {
		t.Fatalf("%d messages, %d bytes uncounted; counted %+v", msgs, size, got)
	}
	in.Next()
	if msgs, _ := in.Uncounted(); msgs != 0 || got != (pipe.Counter{Msgs: 2, Bytes: 3}) {
		t.Fatalf("%d messages uncounted; counted %+v", msgs, got)
	}
}

// After Detach the messages that were taken can be read; the rest is left for
// another In.
func TestInDetach(t *testing.T) {
	s := newSender(pipe.Limits{})
	r := new(readies)
	in := pipe.NewIn(s.Out, pipe.Limits{}, r, new(pipe.Counter))
	s.Attach(in, false)
	s.put(text("a"))
	s.put(text("b"))
	if m, ok := in.Next(); !ok || string(m.Bytes()) != "a" {
		t.Fatalf("got %q, %v", m.Bytes(), ok)
	}
	s.put(text("c"))
	in.Detach()
	s.Detach(nil)
	if m, ok := in.Next(); !ok || string(m.Bytes()) != "b" {
		t.Fatalf("got %q, %v after Detach", m.Bytes(), ok)
	}
	if m, ok := in.Next(); ok {
		t.Fatalf("got %q, which was not taken", m.Bytes())
	}
	other := pipe.NewIn(s.Out, pipe.Limits{}, r, new(pipe.Counter))
	s.Attach(other, true)
	if m, ok := other.Next(); !ok || string(m.Bytes()) != "c" {
		t.Fatalf("another In got %q, %v", m.Bytes(), ok)
	}
}

// reading makes an Inbox with high marks, and the In that reads from it.
func reading(got *pipe.Counter) (*pipe.Inbox, *pipe.In) {
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 1000}, nil)
	in := pipe.NewIn(inbox, pipe.Limits{Msgs: 1000}, new(readies), got)
	inbox.Open(in)
	return inbox, in
}

// Published messages count like messages that were received one by one, and
// those that were not taken are received afterwards.
func TestInPublish(t *testing.T) {
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
			t.Fatalf("took %q, %t, want %q", m.Bytes(), ok, all[i])
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

// A Run ends before the message at which the source is credited: taking from
// the Run never credits it.
func TestRunEndsBeforeTheCredit(t *testing.T) {
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 80}, nil) // credited by twenty
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
		t.Errorf("%d messages are published, want those before the one that is credited, 18", n)
	}
	if msgs, _ := inbox.Queued(); msgs != 40 {
		t.Errorf("%d messages wait, want all before the credit", msgs)
	}
	in.Next()
	if msgs, _ := inbox.Queued(); msgs != 20 {
		t.Errorf("%d messages wait after the credit, want 20", msgs)
	}
}

// Unread counts messages that have come and are not received, with or without
// those that wait in the sender's Out.
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
		t.Errorf("detached: %d and %d messages are not received, want the 2 that have come", here, all)
	}
}

// A message keeps the routing id that its peer had when it came, however many
// times the id changes, also when no message waits for a while.
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
				t.Errorf("message %q, %t, has another id", m.Bytes(), ok)
			}
		}
	}
	receive(5)
	in.Rename([]byte("d")) // no message waits
	inbox.Put(batchOf("d", "d"))
	receive(1)
	in.Rename([]byte("e"))
	inbox.Put(batchOf("e"))
	receive(2)
}
