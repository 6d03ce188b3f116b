package message

import (
	"bytes"
	"testing"
)

// A borrowed message has the frames that it was made of, and the next one nothing of
// them. Frames that Send does not copy are not borrowed.
func TestBorrow(t *testing.T) {
	for n := range 4 {
		frames := [][]byte{[]byte("a"), nil, []byte("ccc")}[:n]
		m, ok := Borrow(frames...)
		if !ok || m.Len() != n {
			t.Fatalf("%d frames: %d, %v", n, m.Len(), ok)
		}
		for i, f := range frames {
			if !bytes.Equal(m.Frame(i), f) {
				t.Errorf("frame %d of %d is %q", i, n, m.Frame(i))
			}
		}
		own := m.own
		m.GiveBack()
		if own != nil && (len(own.rest) != 0 || cap(own.rest) >= n-1 && own.rest[:n-1][n-2] != nil) {
			t.Error("the list keeps a frame alive")
		}
	}
	if _, ok := Borrow(nil, make([]byte, GatherMin)); ok {
		t.Error("a large frame is borrowed")
	}
	if _, ok := Borrow(make([]byte, GatherMin-1), nil); !ok {
		t.Error("a small frame is not borrowed")
	}
}
