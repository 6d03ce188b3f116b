package message_test

import (
	"fmt"
	"runtime"
	"testing"
	"weak"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/zmq/internal/message"
)

// alone makes a message of one large frame whose memory has no other holder.
func alone(t *testing.T) (message.Msg, *message.Buffer) {
	t.Helper()
	body, mem := frameIn(message.GatherMin)
	var b message.Batch
	b.Msgs, b.Size = 1, len(body)
	b.Buf = append(b.Buf, wireForm(message.Single(body))[:9]...)
	b.Refs = append(b.Refs, message.Ref{At: 9, Body: body, Mem: mem})
	all := read(b)
	if len(all) != 1 || all[0].Size() != message.GatherMin {
		t.Fatalf("%d messages", len(all))
	}
	return all[0], mem
}

// A message releases its memory also after frames were put before its own, or
// removed.
func TestReleaseBehindAnEnvelope(t *testing.T) {
	var arena message.Arena
	for name, change := range map[string]func(*message.Msg){
		"as it is":                func(*message.Msg) {},
		"a frame before it":       func(m *message.Msg) { m.Prepend([]byte("id"), &arena) },
		"two frames before it":    func(m *message.Msg) { m.Prepend(nil, &arena); m.Prepend([]byte("id"), &arena) },
		"before it, and dropped":  func(m *message.Msg) { m.Prepend([]byte("id"), &arena); m.DropFirst() },
		"two, of which one stays": func(m *message.Msg) { m.Prepend(nil, &arena); m.Prepend([]byte("id"), &arena); m.DropFirst() },
	} {
		t.Run(name, func(t *testing.T) {
			m, mem := alone(t)
			change(&m)
			m.Release()
			free(t, "what the message was to give back", mem)
		})
	}
}

// A message that was given away does not make the next message in the same
// memory one that is given away.
func TestGivenOnce(t *testing.T) {
	for range 8 { // most likely it is the same memory
		first := message.Alloc(message.GatherMin)
		first.Give()
		first.Sent()
		if first.Sendable() {
			t.Error("a message that was given away can be sent again")
		}
		next := message.Alloc(message.GatherMin)
		if !next.Sendable() {
			t.Error("a new message is taken for one that was released")
		}
		next.Sent()
		if next.Released() {
			t.Error("a message that was not given away was released")
		}
		next.Release()
	}
}

// Messages that have left a batch, or were read, are not kept by the rest of
// it.
func TestNothingIsKept(t *testing.T) {
	large := func(b *message.Batch) weak.Pointer[[message.GatherMin]byte] {
		body := new([message.GatherMin]byte)
		b.Append(message.Single(body[:]), message.GatherMin)
		return weak.Make(body)
	}
	gone := func(what string, body weak.Pointer[[message.GatherMin]byte]) {
		t.Helper()
		if runtime.GC(); body.Value() != nil {
			t.Errorf("%s is kept", what)
		}
	}
	var b message.Batch
	first, second := large(&b), large(&b)
	var c message.Cursor
	c.Load(b)
	b = message.Batch{}
	c.Next()
	gone("a message that was read", first)
	if c.Left() != 1 {
		t.Errorf("%d messages are left, want 1", c.Left())
	}
	c.Next()
	c.Fill(nothing{})
	gone("the last message", second)

	written := large(&b)
	b.Reset()
	gone("a body that was written", written)
	runtime.KeepAlive(&b)
	runtime.KeepAlive(&c)
}

type nothing struct{}

func (nothing) Take(*message.Batch) bool { return false }

// DropWritten releases the pages that the batch referred to, and Prepend
// empties the batch that it puts before another.
func TestDropWrittenReleasesPages(t *testing.T) {
	var page message.SharedPage
	var b message.Batch
	shared, _ := page.Frame(message.Single([]byte("shared")))
	b.AppendShared(&shared)
	mem := b.Refs[0].Mem
	b.DropWritten(3)
	mem.Release() // the page's own
	free(t, "a page that was copied", mem)

	var back message.Batch
	back.Append(message.Single([]byte("behind")), message.GatherMin)
	back.Prepend(&b)
	if b.Msgs != 0 || b.Size != 0 || len(b.Buf) != 0 || back.Msgs != 2 || back.Size != 12 {
		t.Errorf("%d messages are left in the batch that was put before, %d of %d bytes are there", b.Msgs, back.Msgs, back.Size)
	}
}

// The size of pieces follows the sizes of messages.
func TestPieceSizes(t *testing.T) {
	var b message.Batch
	send := func(size int) int {
		b.Append(message.Single(make([]byte, size)), 1<<30)
		b.Split()
		return cap(b.Buf)
	}
	if n := send(10); n != 512 {
		t.Errorf("%d bytes are taken after a short message, want 512", n)
	}
	for left := 500; left >= 128; left -= 12 {
		if n := send(10); n != left {
			t.Fatalf("%d bytes are left, want %d", n, left)
		}
	}
	if n := send(10); n != 512 {
		t.Errorf("%d bytes are taken when less than 128 are left, want 512", n)
	}
	if n := send(1 << 14); n != 1<<17 { // four times the framed message, and up to a power of two
		t.Errorf("%d bytes are taken after a message of 16 KiB, want 128 KiB", n)
	}
	if n := send(2 << 20); n != 4<<20 {
		t.Errorf("%d bytes are taken after a message of 2 MiB, want 4 MiB", n)
	}
	used := 4 << 20
	for n := send(1000); n < used; n = send(1000) {
		used = n
	}
	if got := cap(b.Buf); got != 2<<20 {
		t.Errorf("%d bytes are taken when 4 MiB are used up by short messages, want half of it", got)
	}
	var refs message.Batch
	refs.Append(message.Single(make([]byte, message.GatherMin)), message.GatherMin)
	refs.Split()
	if n := cap(refs.Refs); n != 32 {
		t.Errorf("references are taken by %d, want 32", n)
	}
	var page message.SharedPage
	shared, _ := page.Frame(message.Single(nil))
	var to message.Batch
	to.AppendShared(&shared)
	if n := len(to.Refs[0].Mem.Data()); n != 64<<10 {
		t.Errorf("a page has %d bytes, want 64 KiB", n)
	}
}

// One allocation each serves the lists of 128 messages.
func TestArenasAreShared(t *testing.T) {
	if racecheck.Enabled {
		return
	}
	for n, want := range map[int]float64{1: 2, 128: 2, 129: 4} {
		var b message.Batch
		for i := range n {
			b.Append(message.New([]byte("id"), fmt.Append(nil, i)), message.GatherMin)
		}
		if got := testing.AllocsPerRun(5, func() {
			var c message.Cursor
			c.Load(b)
			for _, ok := c.Next(); ok; _, ok = c.Next() {
			}
		}); got != want {
			t.Errorf("%d messages of two frames: %v allocations, want %v", n, got, want)
		}
	}
}

// A failed Publish in one batch does not keep the next batch from being
// published.
func TestPublishFromTheNextBatch(t *testing.T) {
	var c message.Cursor
	few := numbered(40)
	few.Append(message.New(nil, nil), message.GatherMin)
	c.Load(few)
	for range 36 {
		c.Next()
	}
	if c.Publish(100, nil) != nil {
		t.Fatal("four messages were published")
	}
	c.Load(numbered(10))
	if r := c.Publish(100, nil); r == nil || len(takeAll(r)) != 10 {
		t.Error("the next batch is not published")
	}
}

// A message of many frames, some of them large, is read as it was sent.
func TestManyLargeFrames(t *testing.T) {
	var all [][]byte
	for i := range 300 {
		size := 1
		if i > 150 && i%30 < 2 {
			size = message.GatherMin + i
		}
		all = append(all, make([]byte, size))
	}
	sent := message.New(all...)
	var b message.Batch
	b.Append(sent, message.GatherMin)
	if got := read(b); len(b.Refs) < 5 || len(got) != 1 || !got[0].Equal(&sent) {
		t.Errorf("%d messages, not the one that was sent; %d large frames", len(got), len(b.Refs))
	}
}

// A message that is not in the memory of a batch does not hold that memory.
func TestLargeFrameLeavesTheBatch(t *testing.T) {
	body, mem := frameIn(message.GatherMin)
	b := message.Batch{Msgs: 1, Size: len(body), Mem: message.FreshBuffer(1 << 12)}
	b.Buf = append(b.Buf, wireForm(message.Single(body))[:9]...)
	b.Refs = append(b.Refs, message.Ref{At: 9, Body: body, Mem: mem})
	m := read(b)[0]
	free(t, "the memory that the header lay in", b.Mem)
	m.Release()
	free(t, "the memory of the frame", mem)
}

// The message at which a Run ends is not checked again until it was received.
func TestPublishChecksOnce(t *testing.T) {
	for _, before := range []int{0, 4} {
		var c message.Cursor
		c.Load(numbered(40))
		looked := 0
		wanted := func(topic []byte) bool {
			looked++
			return string(topic) != fmt.Sprint(before)
		}
		for range before + 1 {
			if c.Publish(100, wanted) != nil {
				t.Fatalf("%d messages were published", before)
			}
			c.Next()
		}
		if looked != before+1 {
			t.Errorf("%d messages before it: checked %d, want %d", before, looked, before+1)
		}
		if r := c.Publish(100, nil); r == nil {
			t.Errorf("%d messages before it: those behind it are not published", before)
		}
	}
}
