package message_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
)

// A frame's capacity ends with the frame: appending to a frame allocates, and
// does not overwrite the bytes behind it that were received, or are sent.
func TestFramesHaveNoRoomBehind(t *testing.T) {
	large := bytes.Repeat([]byte("L"), message.GatherMin+100)
	var sent []message.Msg
	for i := range 3 * 8 { // enough for a Run
		sent = append(sent, message.Single(fmt.Append(nil, "short ", i)))
	}
	sent = append(sent,
		message.Single(bytes.Repeat([]byte("x"), 300)),
		message.New([]byte("a"), nil, []byte("b")),
		message.Single(large[:message.GatherMin]), // has room behind it
		message.New([]byte("id"), large[:message.GatherMin], []byte("end")),
		message.Single([]byte("last")))
	var shared message.SharedPage
	for name, received := range map[string]func() []message.Msg{
		"one by one": func() (all []message.Msg) {
			var b message.Batch
			for _, m := range sent {
				b.Append(m, message.GatherMin)
			}
			return cursorOf(b, false)
		},
		"through a Run": func() (all []message.Msg) {
			var b message.Batch
			for _, m := range sent {
				b.Append(m, message.GatherMin)
			}
			return cursorOf(b, true)
		},
		"published": func() (all []message.Msg) {
			var b message.Batch
			for _, m := range sent {
				if s, ok := shared.Frame(m); ok {
					b.AppendShared(&s)
				} else {
					b.Append(m, message.GatherMin)
				}
			}
			return cursorOf(b, false)
		},
		"copied": func() []message.Msg {
			var all []message.Msg
			for _, m := range sent {
				all = append(all, m.Clone())
			}
			return all
		},
		"prepended and dropped": func() []message.Msg {
			var arena message.Arena
			var all []message.Msg
			for _, m := range sent {
				m = m.Clone()
				m.Prepend([]byte("id")[:2:2], &arena)
				m.Prepend([]byte("id")[:2:2], &arena)
				m.DropFirst()
				m.DropFirst()
				all = append(all, m)
			}
			return all
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := received()
			if len(all) != len(sent) {
				t.Fatalf("%d messages, want %d", len(all), len(sent))
			}
			for _, m := range all {
				for _, f := range m.Frames() {
					_ = append(f, "................................................................"...)
				}
			}
			for i := range all {
				if !all[i].Equal(&sent[i]) {
					t.Errorf("message %d is %.40q, want %.40q", i, all[i].Frames(), sent[i].Frames())
				}
			}
			if large[message.GatherMin] != 'L' {
				t.Error("memory of the sender behind a frame was written to")
			}
			for _, size := range []int{10, 5000} { // the second is pooled
				if a := message.Alloc(size); cap(a.Bytes()) != size {
					t.Errorf("allocated %d bytes with room for %d", a.Size(), cap(a.Bytes()))
				}
			}
		})
	}
}

// cursorOf reads a batch with Next, or through a Run.
func cursorOf(b message.Batch, publish bool) (all []message.Msg) {
	var c message.Cursor
	c.Load(b)
	if publish {
		r := c.Publish(100, nil)
		for m, ok := r.Take(); ok; m, ok = r.Take() {
			all = append(all, m)
		}
		c.Return(r)
	}
	for m, ok := c.Next(); ok; m, ok = c.Next() {
		all = append(all, m)
	}
	return all
}

// A Publish for too few messages to be worth a Run does not prevent a later
// one.
func TestPublishAfterTooFewWereAskedFor(t *testing.T) {
	var c message.Cursor
	c.Load(numbered(40))
	if r := c.Publish(7, nil); r != nil {
		t.Fatal("a Run of 7")
	}
	r := c.Publish(40, nil)
	if r == nil {
		t.Fatal("no Run of 40")
	}
	if all := takeAll(r); len(all) != 40 {
		t.Errorf("%d published, want 40", len(all))
	}
	c.Return(r)
	if c.Publish(40, nil) != nil {
		t.Error("a Run of nothing")
	}
}
