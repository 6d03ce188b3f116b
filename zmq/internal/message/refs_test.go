package message_test

import (
	"bytes"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A body that a batch refers to is read in a message of several frames,
// whatever its size. An empty frame has no reference, also if the next frame
// has one.
func TestReferencesOfAnySize(t *testing.T) {
	for _, sizes := range [][]int{{300}, {0, 1}, {1, 0, 1}, {1, 1, 1}, {0, 0, 2, 0}} {
		var b message.Batch
		var want []byte
		b.Msgs = 1
		for i, size := range sizes {
			flags := wire.FlagMore
			if i == len(sizes)-1 {
				flags = 0
			}
			b.Buf = wire.AppendFrameHeader(b.Buf, flags, size)
			if size > 0 {
				body := bytes.Repeat([]byte{byte('a' + i)}, size)
				b.Refs = append(b.Refs, message.Ref{At: len(b.Buf), Body: body})
				want = append(want, body...)
				b.Size += size
			}
		}
		b.Append(message.Single([]byte("behind")), message.GatherMin)
		var c message.Cursor
		c.Load(b)
		if n := c.Left(); n != 2 {
			t.Errorf("%v: %d messages are left, want 2", sizes, n)
		}
		m, _ := c.Next()
		if got := bytes.Join(m.Frames(), nil); m.Len() != len(sizes) || !bytes.Equal(got, want) {
			t.Errorf("%v: %d frames, %q", sizes, m.Len(), got)
		}
		if m, ok := c.Next(); !ok || string(m.Bytes()) != "behind" {
			t.Errorf("%v: %q behind it", sizes, m.Bytes())
		}
	}
}

// The sizes that are pooled: memory that was released is usually reused.
func TestPooledSizes(t *testing.T) {
	for size, pooled := range map[int]bool{1: false, 1023: false, 1024: true, 4096: true, 1 << 24: true, 1<<24 + 1: false} {
		again := false
		for range 8 {
			b := message.NewBuffer(size)
			b.Release()
			next := message.NewBuffer(size)
			again = again || next == b
		}
		if again != pooled {
			t.Errorf("memory for %d bytes is used again: %v, want %v", size, again, pooled)
		}
	}
}

// After DropFirst a message has the memory of its own frame, and knows whether
// that is shared.
func TestOwnOfTheFrameThatIsLeft(t *testing.T) {
	var arena message.Arena
	large := message.Alloc(message.GatherMin)
	large.Give()
	large.Prepend([]byte("id"), &arena)
	m := pass(t, large)
	m.DropFirst()
	var other message.Batch
	other.Append(m, message.GatherMin) // it is sent on, and kept
	first := m.Bytes()
	if own := m.Own(); &own[0] == &first[0] {
		t.Error("a body that was forwarded belongs to its receiver and to the program")
	}

	var out message.Batch
	out.Split() // the next messages are in pooled memory
	for _, body := range []string{"one", "two"} {
		out.Append(message.New([]byte("id"), []byte(body)), message.GatherMin)
	}
	var c message.Cursor
	c.Load(out.Split())
	var all []message.Msg
	for m, ok := c.Next(); ok; m, ok = c.Next() {
		m.DropFirst()
		all = append(all, m)
	}
	for i, want := range []string{"one", "two"} {
		first := all[i].Bytes()
		if own := all[i].Own(); string(own) != want || &own[0] != &first[0] {
			t.Errorf("%q is copied, although it is not shared: %q", want, own)
		}
	}
}
