package engine

import (
	"bytes"
	"testing"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A turn ends after a number of frames, and sooner where each may be costly:
// commands, and subscriptions in both of their forms.
func TestDecoderTurns(t *testing.T) {
	const n = 3 * turnFrames
	dear := n * (commandFrames + 1) / turnFrames
	for _, tt := range []struct {
		name   string
		keep   keeping
		frames []byte // one unit
		most   int    // turns
		least  int
	}{
		{"messages", keepAll, frame(nil, 0, []byte("x")), 4, 2},
		{"frames of a message", keepAll, frame(nil, wire.FlagMore, nil), 4, 2},
		{"frames skipped", keepSubscriptions, frame(nil, wire.FlagMore, nil), 4, 2},
		{"commands", keepAll, frame(nil, wire.FlagCommand, []byte("\x01X")), dear + 3, dear - 3},
		{"subscriptions", keepSubscriptions, frame(nil, 0, []byte("\x01x")), dear + 3, dear - 3},
		{"unsubscriptions", keepSubscriptions, frame(nil, 0, []byte("\x00x")), dear + 3, dear - 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &decoding{d: newDecoder(&option.Limits{}, tt.keep, maxChunk), room: always(1 << 30)}
			defer c.release()
			if err := c.feed(bytes.Repeat(tt.frames, n), always(1<<30)); err != nil {
				t.Fatal(err)
			}
			if c.turns < tt.least || c.turns > tt.most {
				t.Errorf("%d frames in %d turns, want %d to %d", n, c.turns, tt.least, tt.most)
			}
		})
	}
}
