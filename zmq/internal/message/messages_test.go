package message

import (
	"bytes"
	"testing"
)

type like Msg

// Messages gives access to the same memory.
func TestMessages(t *testing.T) {
	if got := Messages[like](nil); len(got) != 0 {
		t.Fatal(got)
	}
	ms := make([]like, 3)
	inner := Messages(ms)
	inner[2] = Single([]byte("x"))
	if m := Msg(ms[2]); len(inner) != 3 || !m.Equal(&inner[2]) {
		t.Fatalf("%v is not %v", ms, inner)
	}
}

// forms is messages of every form, and the number of them.
func forms() (ms []Msg) {
	for _, size := range []int{0, 1, 255, 256, GatherMin - 1, GatherMin} {
		body := bytes.Repeat([]byte{'x'}, size)
		pooled := Alloc(size)
		copy(pooled.Bytes(), body)
		ms = append(ms, Single(body), New(body, nil), New(nil, body), pooled)
	}
	return ms
}

// AppendMessages does what Append does for each message, and NextMessages what Next does.
func TestAppendAndNextMessages(t *testing.T) {
	all := forms()
	var one, many Batch
	for _, m := range all {
		one.Append(m, GatherMin)
	}
	if n := many.AppendMessages(all, GatherMin); n != len(all) {
		t.Fatalf("%d of %d messages", n, len(all))
	}
	if !bytes.Equal(one.Buf, many.Buf) || len(one.Refs) != len(many.Refs) || one.Msgs != many.Msgs || one.Size != many.Size {
		t.Fatalf("%d messages and %d bytes, want %d and %d", many.Msgs, many.Size, one.Msgs, one.Size)
	}
	for step := 1; step <= len(all)+1; step++ {
		var c Cursor
		c.Load(Batch{Buf: many.Buf, Refs: append([]Ref(nil), many.Refs...), Msgs: many.Msgs, Size: many.Size})
		got, total := []Msg{}, 0
		for ms := make([]Msg, step); ; {
			n, size := c.NextMessages(ms)
			if got = append(got, ms[:n]...); n == 0 {
				break
			}
			total += size
		}
		if len(got) != len(all) || total != many.Size {
			t.Fatalf("%d messages of %d bytes in steps of %d, want %d of %d", len(got), total, step, len(all), many.Size)
		}
		for i := range all {
			if !got[i].Equal(&all[i]) {
				t.Fatalf("message %d in steps of %d: %v, want %v", i, step, got[i], all[i])
			}
		}
	}
}

// A message that cannot be sent ends the call, and those before it are there.
func TestAppendMessagesStops(t *testing.T) {
	gone := Alloc(8)
	alias := gone
	gone.Release()
	for _, bad := range []Msg{{}, alias} {
		var b Batch
		if n := b.AppendMessages([]Msg{Single([]byte("12")), New([]byte("3"), nil), bad, Single(nil)}, GatherMin); n != 2 || b.Msgs != 2 || b.Size != 3 {
			t.Fatalf("%d messages: %+v", n, b)
		}
	}
}

// A message that was given away is released when it is in the batch.
func TestAppendMessagesReleasesWhatWasGiven(t *testing.T) {
	m := Alloc(GatherMin)
	m.Give()
	var b Batch
	b.AppendMessages([]Msg{m}, GatherMin)
	if n := m.mem().holders.Load(); n != 1 {
		t.Fatalf("%d holders, want the batch alone", n)
	}
}

// Each message of a batch gives back its hold, whatever else is in the batch.
func TestReleaseMessages(t *testing.T) {
	var b Batch
	all := forms()
	for range 2 { // the second time there is pooled memory
		b.AppendMessages(all, GatherMin)
		ReleaseMessages(all)
		for i := range all {
			if all[i].Len() != 0 {
				t.Fatalf("message %d is still there: %v", i, all[i])
			}
		}
		var c Cursor
		first := b.Split()
		mem := first.Mem
		c.Load(first)
		got := make([]Msg, len(all)+1)
		n, _ := c.NextMessages(got)
		if mem != nil && mem.holders.Load() < 2 {
			t.Fatal("the messages do not hold their memory")
		}
		ReleaseMessages(got[:n])
		if mem != nil && mem.holders.Load() != 1 {
			t.Fatalf("%d holders, want the batch's own", mem.holders.Load())
		}
		all = forms()
	}
}

func TestReleaseMessagesTwice(t *testing.T) {
	m := Alloc(8)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	ReleaseMessages([]Msg{m, m})
}
