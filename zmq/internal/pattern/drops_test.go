package pattern_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pattern"
)

// Messages that the socket cannot receive are released when they are dropped.
func TestDropsReleaseMemory(t *testing.T) {
	ask := func(t *testing.T, s *pattern.Socket) { send(t, s, "question") }
	relaxed := defaults()
	relaxed.Options.ReqRelaxed = true
	for name, tt := range map[string]struct {
		socket *pattern.Socket
		before func(*testing.T, *pattern.Socket)
		frames string // on the wire
		reason pattern.DropReason
	}{
		"SUB, not subscribed":     {pattern.NewSub(defaults()), nil, "\x00\x01b", pattern.DropNotSubscribed},
		"REQ, no delimiter":       {pattern.NewReq(defaults()), ask, "\x00\x01b", pattern.DropMalformed},
		"REQ, asked again":        {pattern.NewReq(relaxed), ask, "\x00\x01b", pattern.DropUnexpected},
		"REP, no delimiter":       {pattern.NewRep(defaults()), nil, "\x00\x01b", pattern.DropMalformed},
		"REP, several frames":     {pattern.NewRep(defaults()), nil, "\x01\x01a\x00\x01b", pattern.DropMalformed},
		"PUSH, which never takes": {pattern.NewPush(defaults()), nil, "\x00\x01b", pattern.DropUnexpected},
		"PUB, no subscription":    {pattern.NewPub(defaults()), nil, "\x00\x01b", pattern.DropUnexpected},
	} {
		t.Run(name, func(t *testing.T) {
			p := attached(t, tt.socket)
			c := connect(t, tt.socket, p, "")
			if tt.before != nil {
				tt.before(t, tt.socket)
			}
			mem := message.FreshBuffer(1 << 12) // its one hold is the message's
			n := copy(mem.Data(), tt.frames)
			c.box.Put(message.Batch{Buf: mem.Data()[:n], Msgs: 1, Size: 1, Mem: mem})
			if tt.reason == pattern.DropUnexpected && tt.before != nil {
				tt.before(t, tt.socket)
			}
			tt.socket.TryRecv()
			expectDrops(t, tt.socket, map[pattern.DropReason]uint64{tt.reason: 1})
			defer func() {
				if recover() == nil {
					t.Error("the memory is still held")
				}
			}()
			mem.Release() // one too many
		})
	}
}
