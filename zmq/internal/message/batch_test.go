package message_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// wireForm encodes a message in a simple way.
func wireForm(m message.Msg) (b []byte) {
	for i, f := range m.Frames() {
		flags := wire.FlagMore
		if i == m.Len()-1 {
			flags = 0
		}
		b = append(wire.AppendFrameHeader(b, flags, len(f)), f...)
	}
	return b
}

// sizes are frame sizes that are encoded or stored in different ways.
var sizes = []int{0, 1, 7, 255, 256, 1000, message.GatherMin - 1, message.GatherMin, 3 * message.GatherMin}

// randomMsg makes a message, mostly of one frame.
func randomMsg(r *rand.Rand) message.Msg {
	frame := func() []byte {
		return bytes.Repeat([]byte{byte(r.Uint32())}, sizes[r.IntN(len(sizes))])
	}
	list := [][]byte{frame()}
	for r.IntN(3) == 0 {
		list = append(list, frame())
	}
	if len(list) == 1 && r.IntN(2) == 0 {
		m := message.Alloc(len(list[0]))
		copy(m.Bytes(), list[0])
		return m
	}
	return message.New(list...)
}

// read takes all messages out of a batch.
func read(b message.Batch) (all []message.Msg) {
	var c message.Cursor
	c.Load(b)
	for m, ok := c.Next(); ok; m, ok = c.Next() {
		all = append(all, m)
	}
	return all
}

func equal(a, b []message.Msg) bool {
	return slices.EqualFunc(a, b, func(x, y message.Msg) bool { return x.Equal(&y) })
}

// Messages that are appended are read again by the cursor, and the batch has
// the wire's form.
func TestBatchRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		var b message.Batch
		var sent []message.Msg
		var wireBytes []byte
		size := 0
		for range r.IntN(20) {
			m := randomMsg(r)
			sent = append(sent, m.Clone())
			wireBytes = append(wireBytes, wireForm(m)...)
			size += m.Size()
			b.Append(m, message.GatherMin)
			m.Release() // the batch has holds of its own
		}
		if b.Msgs != len(sent) || b.Size != size || b.WireSize() != len(wireBytes) {
			t.Fatalf("seed %d: %d messages, %d bytes, %d on the wire", seed, b.Msgs, b.Size, b.WireSize())
		}
		if !bytes.Equal(bytes.Join(b.Segments(nil, 1000), nil), wireBytes) {
			t.Fatalf("seed %d: the segments differ from the wire form", seed)
		}
		if !equal(read(b), sent) {
			t.Fatalf("seed %d: read other messages than were appended", seed)
		}
	}
}

// Large bodies are not copied, small ones are; gatherMin is the limit.
func TestBatchRefersToLargeBodies(t *testing.T) {
	small, large := make([]byte, message.GatherMin-1), make([]byte, message.GatherMin)
	for _, tt := range []struct {
		body      []byte
		gatherMin int
		refs      int
	}{{small, message.GatherMin, 0}, {large, message.GatherMin, 1}, {large, 2 * message.GatherMin, 0}} {
		var b message.Batch
		b.Append(message.Single(tt.body), tt.gatherMin)
		if len(b.Refs) != tt.refs {
			t.Errorf("%d bytes with a limit of %d: %d references", len(tt.body), tt.gatherMin, len(b.Refs))
		}
		m := read(b)[0]
		if shared := &m.Bytes()[0] == &tt.body[0]; shared != (tt.refs == 1) {
			t.Errorf("%d bytes: shared: %v", len(tt.body), shared)
		}
	}
}

func TestBatchAppendFromAndEnvelope(t *testing.T) {
	var b message.Batch
	b.AppendFrom(1, message.New(frames("to a b")...), message.GatherMin)
	var e message.Envelope
	e.Add([]byte("who"))
	e.Add(nil)
	b.AppendEnvelope(&e)
	b.Append(message.New(frames("c")...), message.GatherMin)
	e.Reset()
	e.Add(nil)
	b.AppendEnvelope(&e)
	b.Append(message.New(frames("d e")...), message.GatherMin)
	want := []message.Msg{
		message.New(frames("a b")...), message.New(frames("who - c")...), message.New(frames("- d e")...),
	}
	if b.Msgs != 3 || b.Size != len("abwhocde") || !equal(read(b), want) {
		t.Fatalf("%d messages, %d bytes", b.Msgs, b.Size)
	}
}

// A batch that was split off does not change, whatever is appended afterwards.
func TestBatchSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var b message.Batch
	var pieces []message.Batch
	var sent [][]message.Msg
	for range 500 {
		var piece []message.Msg
		for range 1 + r.IntN(3) {
			m := randomMsg(r)
			piece = append(piece, m.Clone())
			b.Append(m, message.GatherMin)
		}
		pieces, sent = append(pieces, b.Split()), append(sent, piece)
		if b.Msgs != 0 || b.Size != 0 || b.WireSize() != 0 {
			t.Fatalf("%d messages, %d bytes left behind", b.Msgs, b.Size)
		}
	}
	for i := range pieces {
		if !equal(read(pieces[i]), sent[i]) {
			t.Fatalf("piece %d changed", i)
		}
	}
}

// Memory of pieces is reused while messages of other pieces are still held:
// held messages never change.
func TestBatchSplitReusesOnlyWhatWasReleased(t *testing.T) {
	var b message.Batch
	var held []message.Msg
	for i := range 5000 {
		b.Append(message.Single(fmt.Appendf(nil, "kept %d", i)), message.GatherMin)
		b.Append(message.Single(fmt.Appendf(nil, "released %d", i)), message.GatherMin)
		msgs := read(b.Split())
		held = append(held, msgs[0])
		msgs[1].Release()
		if i%3 == 0 && len(held) > 10 { // and give some back later
			held[0].Release()
			held = held[1:]
		}
	}
	first := 5000 - len(held)
	for i, m := range held {
		if want := fmt.Sprintf("kept %d", first+i); string(m.Bytes()) != want {
			t.Fatalf("%q instead of %q", m.Bytes(), want)
		}
	}
}

// A batch that is reused has nothing left over from before.
func TestBatchReset(t *testing.T) {
	var b message.Batch
	for round := range 3 {
		m := message.Alloc(2 * message.GatherMin)
		m.Bytes()[0] = byte(round)
		b.Append(m, message.GatherMin)
		b.Append(message.Single([]byte("small")), message.GatherMin)
		m.Release()
		got := read(message.Batch{Buf: b.Buf, Refs: slices.Clone(b.Refs), Msgs: b.Msgs, Size: b.Size})
		if len(got) != 2 || got[0].Bytes()[0] != byte(round) {
			t.Fatalf("round %d: %d messages", round, len(got))
		}
		b.Reset()
		if b.Msgs != 0 || b.Size != 0 || b.WireSize() != 0 {
			t.Fatalf("%d messages, %d bytes after Reset", b.Msgs, b.Size)
		}
	}
}

// Messages of one small frame are written and read without an allocation.
func TestBatchAllocatesNothing(t *testing.T) {
	var b message.Batch
	var c message.Cursor
	m := message.Single([]byte("12345678"))
	if n := testing.AllocsPerRun(100, func() {
		for range 100 {
			b.Append(m, message.GatherMin)
		}
		c.Load(b)
		for _, ok := c.Next(); ok; _, ok = c.Next() {
		}
		b.Reset()
	}); n != 0 {
		t.Fatalf("%v allocations for 100 messages", n)
	}
}
