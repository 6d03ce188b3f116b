package message_test

import (
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// free fails the test unless every hold on mem was released: then another
// Release panics.
func free(t *testing.T, what string, mem *message.Buffer) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: its memory is still held", what)
		}
	}()
	mem.Release()
}

// The memory of a batch is released when every message in it was released, and
// the batch uses another piece.
func TestSplitLeavesNoHold(t *testing.T) {
	var b message.Batch
	pieces := map[*message.Buffer]bool{}
	var last *message.Buffer
	for i := 0; len(pieces) < 3; i++ {
		b.Append(message.Single(fmt.Appendf(nil, "message %d, which is not very long", i)), message.GatherMin)
		whole := b.Split()
		if last = whole.Mem; last != nil {
			pieces[last] = true
		}
		for _, m := range read(whole) {
			m.Release()
		}
	}
	delete(pieces, last) // the batch still uses it
	for mem := range pieces {
		free(t, "a piece that was left", mem)
	}
}

// frameIn makes a body in memory of its own, whose one hold is the batch's.
func frameIn(size int) (body []byte, mem *message.Buffer) {
	mem = message.FreshBuffer(size)
	return mem.Data()[:size], mem
}

// A message of several frames releases the first memory that one of its frames
// has of its own, or that of the batch if there is none.
func TestReleaseOfFrames(t *testing.T) {
	for name, tt := range map[string]struct {
		sizes []int // 1: in the batch's memory
		freed int   // the frame whose memory is released; -1: the batch's
	}{
		"none of its own":     {[]int{1, 1, 1}, -1},
		"the first":           {[]int{5000, 1, 1}, 0},
		"the last":            {[]int{1, 1, 5000}, 2},
		"the second of three": {[]int{1, 5000, 6000}, 1},
		"the first of two":    {[]int{5000, 6000}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := message.Batch{Msgs: 1, Mem: message.FreshBuffer(1 << 12)}
			mems := make([]*message.Buffer, len(tt.sizes))
			for i, size := range tt.sizes {
				body := []byte{7}
				if size > 1 {
					body, mems[i] = frameIn(size)
				}
				flags := wire.FlagMore
				if i == len(tt.sizes)-1 {
					flags = 0
				}
				b.Buf = wire.AppendFrameHeader(b.Buf, flags, size)
				if size > 1 {
					b.Refs = append(b.Refs, message.Ref{At: len(b.Buf), Body: body, Mem: mems[i]})
				} else {
					b.Buf = append(b.Buf, body...)
				}
				b.Size += size
			}
			m := read(b)[0]
			if m.Len() != len(tt.sizes) || m.Size() != b.Size {
				t.Fatalf("%d frames, %d bytes", m.Len(), m.Size())
			}
			freed := b.Mem
			if tt.freed >= 0 {
				freed = mems[tt.freed]
			}
			m.Release()
			free(t, "what the message was to give back", freed)
		})
	}
}
