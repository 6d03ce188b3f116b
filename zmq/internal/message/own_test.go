package message_test

import (
	"bytes"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
)

// pass sends m over inproc and receives it.
func pass(t *testing.T, m message.Msg) message.Msg {
	t.Helper()
	var out message.Batch
	out.Split() // the next messages are in pooled memory
	out.Append(m, message.GatherMin)
	m.Sent()
	var c message.Cursor
	c.Load(out.Split())
	got, ok := c.Next()
	if !ok {
		t.Fatal("no message")
	}
	return got
}

// Own copies a frame that other messages may share, and no other.
func TestOwn(t *testing.T) {
	const large = message.GatherMin
	own := make([]byte, large)
	kept := message.Alloc(large)
	given := message.Alloc(large)
	given.Give()
	released := message.Alloc(large)
	lists := message.New(own, []byte("b"))
	for _, tt := range []struct {
		name   string
		sent   message.Msg
		before func()
		copied bool
	}{
		{"small", message.Single([]byte("a")), nil, false},
		{"large, the program's", message.Single(own), nil, true},
		{"large, kept by the sender", kept, nil, true},
		{"large, given to the socket", given, nil, false},
		{"large, released by the sender", released, func() { released.Release() }, false},
		{"frames, the program's", lists, nil, true},
		{"passed on", pass(t, message.Single(own)), nil, true},
		{"frames passed on", pass(t, lists), nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := bytes.Clone(tt.sent.Bytes())
			m := pass(t, tt.sent)
			if tt.before != nil {
				tt.before()
			}
			first := m.Bytes()
			var got []byte
			if m.Len() > 1 {
				got = m.OwnFrames()[0]
			} else {
				got = m.Own()
			}
			if copied := &got[0] != &first[0]; copied != tt.copied {
				t.Errorf("copied: %v", copied)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%.10q instead of %.10q", got, want)
			}
		})
	}
}

// An envelope that is removed and added does not change whether the memory is
// shared.
func TestOwnBehindAnEnvelope(t *testing.T) {
	body := make([]byte, message.GatherMin)
	for name, m := range map[string]message.Msg{
		"one frame":  pass(t, message.Single(body)),
		"frames":     pass(t, message.New(nil, body)),
		"two frames": pass(t, message.New(nil, []byte("id"), body)),
	} {
		var arena message.Arena
		m.Prepend([]byte("id"), &arena)
		for m.Len() > 1 {
			m.DropFirst()
		}
		if own := m.Own(); &own[0] == &body[0] {
			t.Errorf("%s: not a copy", name)
		}
	}
}

// The last of several receivers gets no copy: the others have released theirs.
func TestOwnOfTheLastReceiver(t *testing.T) {
	sent := message.Alloc(message.GatherMin)
	first, second := pass(t, sent), pass(t, sent)
	sent.Release()
	lies := &first.Bytes()[0]
	if own := first.Own(); &own[0] == lies {
		t.Error("the first receiver got memory that the second may read")
	}
	if own := second.Own(); &own[0] != lies {
		t.Error("the second receiver got a copy")
	}
}

// A frame in the program's memory is always copied, also behind frames in
// pooled memory that has no other holder.
func TestOwnOfWhatWasPassedOn(t *testing.T) {
	body := make([]byte, message.GatherMin)
	var out message.Batch
	out.Split()
	out.Append(message.New(body, []byte("small")), message.GatherMin)
	var c message.Cursor
	c.Load(out.Split())
	m, _ := c.Next()
	out.Append(message.Single(make([]byte, 3000)), message.GatherMin) // no room: out continues in other memory
	out.Split()
	var next message.Batch
	next.Append(m, message.GatherMin)
	m.Release()
	c.Load(next.Split())
	passed, _ := c.Next()
	if own := passed.OwnFrames(); &own[0][0] == &body[0] {
		t.Error("not a copy")
	}
}
