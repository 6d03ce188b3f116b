package message_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
)

// frames makes frames out of words; "-" is an empty one.
func frames(words string) (list [][]byte) {
	for _, w := range strings.Fields(words) {
		if w == "-" {
			list = append(list, nil)
			continue
		}
		list = append(list, []byte(w))
	}
	return list
}

func TestMsg(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func() message.Msg
		want []string
	}{
		{"no frame", func() message.Msg { return message.New() }, nil},
		{"zero value", func() message.Msg { return message.Msg{} }, nil},
		{"copy of no frame", func() message.Msg { return message.Copy() }, nil},
		{"one empty frame", func() message.Msg { return message.New(nil) }, []string{""}},
		{"single empty frame", func() message.Msg { return message.Single(nil) }, []string{""}},
		{"copy of an empty frame", func() message.Msg { return message.Copy(nil) }, []string{""}},
		{"allocated empty frame", func() message.Msg { return message.Alloc(0) }, []string{""}},
		{"one frame", func() message.Msg { return message.New([]byte("a")) }, []string{"a"}},
		{"several frames", func() message.Msg { return message.New(frames("a - bc")...) }, []string{"a", "", "bc"}},
		{"copies", func() message.Msg { return message.Copy(frames("a - bc")...) }, []string{"a", "", "bc"}},
		{"empty first frame", func() message.Msg { return message.New(frames("- a")...) }, []string{"", "a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := tt.make()
			size := 0
			for i, want := range tt.want {
				if got := string(m.Frame(i)); got != want {
					t.Errorf("frame %d is %q, want %q", i, got, want)
				}
				size += len(want)
			}
			if m.Len() != len(tt.want) || len(m.Frames()) != len(tt.want) || m.Size() != size {
				t.Errorf("%d frames, %d in a list, %d bytes", m.Len(), len(m.Frames()), m.Size())
			}
			if (m.Bytes() == nil) != (len(tt.want) == 0) {
				t.Errorf("Bytes is %#v", m.Bytes())
			}
			clone := m.Clone()
			if !clone.Equal(&m) {
				t.Error("the clone differs")
			}
		})
	}
}

func TestFramePanicsBeyondTheLast(t *testing.T) {
	for name, m := range map[string]message.Msg{"none": message.New(), "one": message.New(nil), "two": message.New(nil, nil)} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			m.Frame(m.Len())
		})
	}
}

func TestEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"", "-", false},
		{"-", "- -", false},
		{"a b", "a b", true},
		{"a b", "a c", false},
		{"a b", "ab", false},
	} {
		a, b := message.New(frames(tt.a)...), message.New(frames(tt.b)...)
		if a.Equal(&b) != tt.want || b.Equal(&a) != tt.want {
			t.Errorf("%q and %q: want equal: %v", tt.a, tt.b, tt.want)
		}
	}
}

// Copies do not change with their original, and a frame cannot grow into the
// next one.
func TestCopiesAreApart(t *testing.T) {
	original := []byte("abc")
	m := message.Copy(original, original)
	clone := m.Clone()
	original[0] = 'x'
	m.Frame(0)[1] = 'y'
	_ = append(m.Frame(0), "overflow"...)
	if got := fmt.Sprintf("%s %s", m.Frames(), clone.Frames()); got != "[ayc abc] [abc abc]" {
		t.Fatal(got)
	}
}

func TestPrependAndDropFirst(t *testing.T) {
	for _, words := range []string{"", "-", "a", "a b", "a - b c"} {
		for pooled := range 2 {
			m := message.New(frames(words)...)
			if pooled == 1 {
				m = message.Alloc(1 << 12)
			}
			want := m.Frames()
			var arena message.Arena
			m.Prepend([]byte("first"), &arena)
			m.Prepend(nil, &arena)
			if m.Len() != len(want)+2 || len(m.Frame(0)) != 0 || string(m.Frame(1)) != "first" {
				t.Fatalf("%q with two frames before: %q", words, m.Frames())
			}
			m.DropFirst()
			m.DropFirst()
			if got := message.New(want...); !m.Equal(&got) {
				t.Fatalf("%q became %q", words, m.Frames())
			}
			m.Release()
		}
	}
}

func TestDropFirstToTheLast(t *testing.T) {
	m := message.New(frames("a - b")...)
	for left := 3; left > 0; left-- {
		if m.Len() != left {
			t.Fatalf("%d frames left, want %d", m.Len(), left)
		}
		m.DropFirst()
	}
	if m.Len() != 0 || m.Bytes() != nil {
		t.Fatalf("%q left", m.Frames())
	}
}

// Frame lists of one arena do not overlap, whatever their lengths.
func TestArenaKeepsListsApart(t *testing.T) {
	var arena message.Arena
	var all []message.Msg
	var want [][][]byte
	for i := range 300 {
		m := message.Single(fmt.Append(nil, i))
		for j := range i % 150 {
			m.Prepend(fmt.Append(nil, j), &arena)
		}
		all, want = append(all, m), append(want, m.Frames())
	}
	for i := range all {
		if w := message.New(want[i]...); !all[i].Equal(&w) {
			t.Fatalf("message %d changed", i)
		}
	}
}

func TestReleaseEmptiesTheMessage(t *testing.T) {
	for name, m := range map[string]message.Msg{
		"none": {}, "plain": message.Single([]byte("a")),
		"pooled": message.Alloc(1 << 13), "several": message.New(frames("a b")...),
	} {
		m.Release()
		if m.Len() != 0 {
			t.Errorf("%s: %d frames left", name, m.Len())
		}
		m.Release() // nothing to release any more
	}
}

func TestAllocSizes(t *testing.T) {
	for _, size := range []int{0, 1, 1023, 1024, 4095, 4096, 4097, 1 << 16, 1<<24 - 1, 1 << 24, 1<<24 + 1} {
		m := message.Alloc(size)
		if m.Size() != size || cap(m.Bytes()) != size {
			t.Errorf("%d bytes of %d instead of %d", m.Size(), cap(m.Bytes()), size)
		}
		copy(m.Bytes(), bytes.Repeat([]byte{1}, size))
		m.Release()
	}
}
