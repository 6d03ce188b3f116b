package engine

import (
	"math/rand/v2"
	"testing"

	"github.com/actum-go/actum/zmq/internal/option"
)

// FuzzDecoder decodes any bytes in any pieces, and compares the result with the
// reference.
func FuzzDecoder(f *testing.F) {
	large, _ := largeStream()
	f.Add(smallStream(), uint64(0), uint32(0), uint8(1))
	f.Add(smallStream(), uint64(1), uint32(100), uint8(0))
	f.Add(large, uint64(2), uint32(0), uint8(3))
	f.Add([]byte{2, 0, 0, 1, 0, 0, 0, 0, 0, 'x'}, uint64(3), uint32(0), uint8(0))
	f.Add([]byte{1, 0, 4, 0}, uint64(4), uint32(0), uint8(0))
	f.Add([]byte{1, 1, 'a', 4, 1, 0, 1, 1, 'b', 5, 2, 0, 0, 0x80, 1, 'c', 0, 1, 'd'}, uint64(5), uint32(3), uint8(1))
	f.Add([]byte{0, 2, 1, 'a', 0, 1, 7, 1, 1, 1, 4, 0, 0, 0, 0, 2, 0, 'a'}, uint64(9), uint32(0), uint8(2))
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64, maxSize uint32, room uint8) {
		if uint32(int32(maxSize)) != maxSize || int32(maxSize) < 0 {
			maxSize = 0
		}
		r := rand.New(rand.NewPCG(seed, 3))
		largest := 1 << r.IntN(18)
		chunk := smallChunk
		if r.IntN(2) == 0 {
			chunk = maxChunk
		}
		rooms := always(1 << 30)
		if room > 0 {
			rooms = func() int { return 1 + r.IntN(int(room)) }
		}
		l := &option.Limits{MaxMessage: int64(maxSize), MaxFrame: int64(r.IntN(2) * r.IntN(1000)), MaxFrames: r.IntN(2) * r.IntN(10)}
		c := decodeAs(t, stream, l, keeping(r.IntN(4)), chunk, func() int { return 1 + r.IntN(largest) }, rooms)
		if limit := max(2*maxChunk+64<<10, 4*len(stream)); c.most > limit {
			t.Errorf("%d bytes of memory for a stream of %d", c.most, len(stream))
		}
		c.release()
	})
}
