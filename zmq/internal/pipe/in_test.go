package pipe_test

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// receiver is the side of an In that a pattern has: it tells who waits that
// there is something.
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

// A reader is told once, and then reads until there is nothing.
func TestInIsReadyOnceUntilItIsEmpty(t *testing.T) {
	r := new(readies)
	inbox := pipe.NewInbox(pipe.Limits{Msgs: 100}, nil)
	in := pipe.NewIn(inbox, pipe.Limits{Msgs: 100}, r, new(pipe.Counter))
	inbox.Open(in)
	inbox.Put(batchOf("a", "b"))
	inbox.Put(batchOf("c"))
	if *r != 1 {
		t.Fatalf("told %d times, want once", *r)
	}
	for _, want := range []string{"a", "b", "c"} {
		if m, ok := in.Next(); !ok || string(m.Bytes()) != want {
			t.Fatalf("got %q, %v, want %q", m.Bytes(), ok, want)
		}
	}
	inbox.Put(batchOf("d"))
	if *r != 1 {
		t.Fatal("told before the reader has found nothing")
	}
	if m, ok := in.Next(); !ok || string(m.Bytes()) != "d" {
		t.Fatalf("got %q, %v", m.Bytes(), ok)
	}
	if _, ok := in.Next(); ok {
		t.Fatal("got something out of nothing")
	}
	inbox.Put(batchOf("e"))
	if *r != 2 {
		t.Fatal("not told after the reader has found nothing")
	}
}

// Over inproc an Out is the In's source: messages pass from thousands of puts to
// a reader without any being stranded, lost or reordered.
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

// What was received and not credited yet can be asked for.
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

// After Cut what was taken can be read; the rest is left for another In.
func TestInCut(t *testing.T) {
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
		t.Fatalf("got %q, %v after Cut", m.Bytes(), ok)
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
