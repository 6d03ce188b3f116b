package message_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// The frames of a batch, framed again, are its bytes on the wire, wherever they
// lie: in the batch, in memory of their own, or in a page that others share.
func TestFrames(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 9))
		var b message.Batch
		var page message.SharedPage
		for range 1 + r.IntN(8) {
			m := randomMsg(r)
			if s, ok := page.Frame(m); ok && r.IntN(2) == 0 {
				b.AppendShared(&s)
			} else {
				b.Append(m, message.GatherMin)
			}
		}
		var framed []byte
		frames := b.Frames()
		for flags, body, ok := frames.Next(); ok; flags, body, ok = frames.Next() {
			framed = append(wire.AppendFrameHeader(framed, flags, len(body)), body...)
		}
		if want := bytes.Join(b.Segments(nil, math.MaxInt), nil); !bytes.Equal(framed, want) {
			t.Fatalf("seed %d: other frames", seed)
		}
		if _, _, ok := frames.Next(); ok {
			t.Errorf("seed %d: a frame behind the last", seed)
		}
	}
	frames := (&message.Batch{Buf: wire.AppendPong(nil, nil)}).Frames()
	if flags, body, ok := frames.Next(); !ok || flags != wire.FlagCommand || string(body) != "\x04PONG" {
		t.Errorf("a command is a frame with flags %d: %q, %v", flags, body, ok)
	}
	if _, _, ok := new(message.Frames).Next(); ok {
		t.Error("no batch has a frame")
	}
}

// A number of messages that were written are dropped, and no others.
func TestDropMessages(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	var sent []message.Msg
	for range 6 {
		sent = append(sent, randomMsg(r))
	}
	for n := range len(sent) + 1 {
		b := batchOf(sent)
		if b.DropMessages(n); b.Msgs != len(sent)-n || !equal(read(b), sent[n:]) {
			t.Errorf("%d messages are left after %d of %d", b.Msgs, n, len(sent))
		}
	}
}
