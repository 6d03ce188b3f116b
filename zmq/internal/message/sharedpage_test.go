package message_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/zmq/internal/message"
)

// wireOf returns the bytes that a batch writes.
func wireOf(b *message.Batch) []byte { return bytes.Join(b.Segments(nil, 1000), nil) }

// subscriber is a batch, and the messages that it should have.
type subscriber struct {
	batch message.Batch
	want  []message.Msg
}

func (s *subscriber) check(t *testing.T) {
	t.Helper()
	size := 0
	var framed []byte
	for _, m := range s.want {
		size += m.Size()
		framed = append(framed, wireForm(m)...)
	}
	if s.batch.Msgs != len(s.want) || s.batch.Size != size {
		t.Fatalf("%d messages of %d bytes, want %d of %d", s.batch.Msgs, s.batch.Size, len(s.want), size)
	}
	if !bytes.Equal(wireOf(&s.batch), framed) || s.batch.WireSize() != len(framed) {
		t.Fatal("other bytes than were sent")
	}
	if !equal(read(s.batch), s.want) {
		t.Fatal("other messages than were sent")
	}
}

// Messages go to some of several subscribers, which write and reset their
// batches now and then; each gets exactly its messages.
func TestSharedPage(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 9))
		var page message.SharedPage
		subs := make([]subscriber, 5)
		for range 500 {
			m := randomMsg(r)
			shared, ok := page.Frame(m)
			if ok != (m.Size() < message.GatherMin) {
				t.Fatalf("%d bytes: shared: %v", m.Size(), ok)
			}
			for i := range subs {
				s := &subs[i]
				switch {
				case r.IntN(5) < i: // the first gets everything
					continue
				case !ok:
					s.batch.Append(m, message.GatherMin)
				case r.IntN(20) == 0:
					s.batch.AppendCopy(&shared)
				default:
					s.batch.AppendShared(&shared)
				}
				s.want = append(s.want, m.Clone())
				if r.IntN(50) == 0 {
					s.check(t)
					s.batch.Reset()
					s.want = nil
				}
			}
			m.Release()
		}
	}
}

// A connection breaks while it writes shared messages: those that have not left
// are kept, and the others' copy does not change.
func TestDropWrittenOfSharedMessages(t *testing.T) {
	var sent []message.Msg
	for i := range 6 {
		sent = append(sent, message.Copy(bytes.Repeat([]byte{byte(i)}, 3*i), fmt.Append(nil, i)))
	}
	total := len(wireOf(&[]message.Batch{batchOf(sent)}[0]))
	for n := range total + 1 {
		var page message.SharedPage
		var broken, other message.Batch
		for i, m := range sent {
			shared, _ := page.Frame(m)
			other.AppendShared(&shared)
			if i == 3 {
				broken.AppendCopy(&shared)
			} else {
				broken.AppendShared(&shared)
			}
		}
		gone, size := wholly(sent, n)
		if msgs, left := broken.DropWritten(n); msgs != gone || left != size {
			t.Fatalf("%d messages of %d bytes have left with %d bytes, want %d of %d", msgs, left, n, gone, size)
		}
		if !equal(read(broken), sent[gone:]) || !equal(read(other), sent) {
			t.Fatalf("other messages are left after %d bytes", n)
		}
		other.Reset()
	}
}

// A batch refers to a page once, however many of its messages it has. A slow
// peer that is sent only some of the messages does not hold page after page.
func TestSharedPageReferences(t *testing.T) {
	var page message.SharedPage
	var all, some message.Batch
	pages := map[*message.Buffer]bool{}
	for i := range 5000 {
		m := message.Single(bytes.Repeat([]byte("x"), 100))
		shared, _ := page.Frame(m)
		all.AppendShared(&shared)
		pages[all.Refs[len(all.Refs)-1].Mem] = true
		if i%7 == 0 {
			some.AppendShared(&shared)
		}
	}
	if len(all.Refs) != len(pages) || len(all.Buf) > 0 {
		t.Errorf("%d references to %d pages, %d bytes copied", len(all.Refs), len(pages), len(all.Buf))
	}
	if len(some.Refs) != 1 {
		t.Errorf("%d references for a slow peer", len(some.Refs))
	}
}

// A page is reused when no batch refers to it.
func TestPagesAreReused(t *testing.T) {
	var page message.SharedPage
	var kept, b message.Batch
	m := message.Single(bytes.Repeat([]byte("kept"), 10))
	shared, _ := page.Frame(m)
	kept.AppendShared(&shared)
	want := slices.Clone(wireOf(&kept))
	filler := message.Single(make([]byte, 1000))
	for range 1000 {
		shared, _ := page.Frame(filler)
		b.AppendShared(&shared)
		b.Reset()
	}
	if !bytes.Equal(wireOf(&kept), want) {
		t.Error("reused while it is referred to")
	}
	if n := testing.AllocsPerRun(100, func() {
		for range 100 {
			shared, _ := page.Frame(filler)
			b.AppendShared(&shared)
			b.Reset()
		}
	}); n > 0.5 && !racecheck.Enabled { // with which pools drop things
		t.Errorf("%v allocations for 100 messages", n)
	}
}
