package engine

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// decode decodes a stream with a new decoder and compares the result with the
// reference.
func decode(t testing.TB, stream []byte, maxSize, chunk int, piece, room func() int) *decoding {
	t.Helper()
	return decodeAs(t, stream, &option.Limits{MaxMessage: int64(maxSize)}, keepAll, chunk, piece, room)
}

func decodeAs(t testing.TB, stream []byte, l *option.Limits, keep keeping, chunk int, piece, room func() int) *decoding {
	t.Helper()
	c := &decoding{d: newDecoder(l, keep, chunk), room: room}
	err := c.feed(stream, piece)
	if err := c.check(stream, err); err != nil {
		t.Fatal(err)
	}
	return c
}

func always(n int) func() int { return func() int { return n } }

// oneThen returns n first, and then everything.
func oneThen(n int) func() int {
	return func() int {
		now := n
		n = 1 << 30
		return now
	}
}

// smallStream has one of every small thing.
func smallStream() (b []byte) {
	b = frame(b, 0, nil)
	b = frame(b, 0, body(5))
	b = frame(b, wire.FlagCommand, wire.AppendPing(nil, 0, []byte("context"))[2:])
	b = frame(b, wire.FlagMore, body(3))
	b = frame(b, wire.FlagCommand, body(4))
	b = frame(b, wire.FlagMore, nil)
	b = frame(b, wire.FlagCommand|wire.FlagMore, nil)
	b = frame(b, wire.FlagCommand, body(300))
	b = frame(b, 0, body(255))
	b = frame(b, 0x80, body(256))
	b = frame(b, 0, []byte("\x01prefix"))
	b = append(b, wire.FlagLong, 0, 0, 0, 0, 0, 0, 0, 2, 'l', 'o') // longer than necessary
	b = frame(b, wire.FlagCommand, nil)
	return frame(b, 0, body(1))
}

// largeStream has bodies that are read directly, between others.
func largeStream() (b []byte, ends []int) {
	add := func(flags byte, size int) {
		b = frame(b, flags, body(size))
		ends = append(ends, len(b))
	}
	add(0, 10)
	add(0, directMin-1)
	add(0, directMin)
	add(wire.FlagMore, 3)
	add(wire.FlagCommand, 20)
	add(wire.FlagMore, directMin+1)
	add(wire.FlagMore, 0)
	add(wire.FlagCommand, 300)
	add(wire.FlagMore, 300)
	add(wire.FlagCommand, 0)
	add(0, 100_000)
	add(wire.FlagCommand, 1000)
	add(0, 3)
	add(wire.FlagMore, 200_000)
	add(0, 50_000)
	add(wire.FlagCommand, maxCommand)
	add(0, 300)
	return b, ends
}

func TestDecoderTakesEverythingAtOnce(t *testing.T) {
	large, _ := largeStream()
	for name, stream := range map[string][]byte{"small": smallStream(), "large": large} {
		for _, room := range []int{1, 2, 3, 1 << 30} {
			for _, chunk := range []int{smallChunk, maxChunk} {
				c := decode(t, stream, 0, chunk, always(1<<30), always(room))
				if len(c.items) == 0 {
					t.Errorf("%s: nothing came out", name)
				}
				c.release()
			}
		}
	}
}

// Subscriptions between other messages, in any pieces: each of them is marked,
// and nothing else, however it was read.
func TestDecoderMarksSubscriptions(t *testing.T) {
	stream := frame(smallStream(), 0, append([]byte{1}, body(300)...))
	stream = frame(frame(stream, wire.FlagMore, []byte("\x01not one")), 0, []byte("\x00nor this"))
	stream = frame(stream, 0, append([]byte{0}, body(directMin)...))
	long := frame(stream, 0, append([]byte{0}, body(wire.MaxSubscription)...))
	long = frame(long, 0, append([]byte{0}, body(wire.MaxSubscription+1)...)) // too long to be one
	for _, keep := range []keeping{keepMarked, keepSubscriptions} {
		for _, room := range []int{1, 3, 1 << 30} {
			expectMarked(t, stream, keep, 1, room, 5)
			expectMarked(t, stream, keep, 1000, room, 5)
			expectMarked(t, long, keep, 5000, room, 6)
			expectMarked(t, long, keep, 1<<30, room, 6)
		}
	}
}

func expectMarked(t *testing.T, stream []byte, keep keeping, piece, room, want int) {
	t.Helper()
	c := decodeAs(t, stream, &option.Limits{}, keep, maxChunk, always(piece), always(room))
	marked := 0
	for _, i := range c.items {
		if i.subscription {
			marked++
		}
	}
	if marked != want {
		t.Errorf("%d subscriptions are marked, want %d", marked, want)
	}
	c.release()
}

// Every way to cut a stream into three pieces.
func TestDecoderCutAnywhere(t *testing.T) {
	stream := smallStream()
	for first := 1; first < len(stream); first++ {
		for second := 1; second <= len(stream)-first; second += 1 + second/8 {
			pieces := []int{second, first}
			decode(t, stream, 0, maxChunk, func() int {
				if n := len(pieces); n > 0 {
					next := pieces[n-1]
					pieces = pieces[:n-1]
					return next
				}
				return 1 << 30
			}, always(1<<30)).release()
		}
	}
}

// Every cut within a header's length of the end of a frame, and some elsewhere.
func TestDecoderCutLargeBodies(t *testing.T) {
	stream, ends := largeStream()
	r := rand.New(rand.NewPCG(1, 1))
	for _, end := range ends {
		for cut := max(1, end-3); cut <= min(end+2*wire.MaxFrameHeader, len(stream)); cut++ {
			decode(t, stream, 0, maxChunk, oneThen(cut), always(1<<30)).release()
		}
		decode(t, stream, 0, smallChunk, oneThen(r.IntN(end)+1), always(2)).release()
	}
}

func TestDecoderByteByByte(t *testing.T) {
	decode(t, smallStream(), 0, maxChunk, always(1), always(1)).release()
	stream, _ := largeStream()
	decode(t, stream, 0, maxChunk, always(1), always(1<<30)).release()
}

// Streams of many messages need many chunks; the sizes of pieces and the room
// change all the time, and batches are released as they come.
func TestDecoderLongStreams(t *testing.T) {
	for seed := range uint64(15) {
		r := rand.New(rand.NewPCG(seed, 2))
		var stream []byte
		for len(stream) < 400_000 {
			size := []int{r.IntN(20), r.IntN(300), r.IntN(10_000), r.IntN(80_000)}[min(3, r.IntN(200)/60)]
			flags := byte(0)
			if r.IntN(4) == 0 {
				flags = wire.FlagMore
			}
			stream = frame(stream, flags, body(size))
		}
		largest := 1 << r.IntN(19)
		c := decode(t, stream, 0, maxChunk,
			func() int { return 1 + r.IntN(largest) }, func() int { return 1 + r.IntN(1000) })
		c.release()
	}
}

func TestDecoderRefuses(t *testing.T) {
	message := frame(nil, 0, body(4))
	tests := []struct {
		name     string
		stream   []byte
		maxSize  int
		want     error
		maxFrame int64
		maxParts int
	}{
		{"a size of 2^63", []byte{wire.FlagLong, 0x80}, 0, wire.ErrFrame, 0, 0},
		{"a size that no memory holds", append([]byte{wire.FlagLong}, 0, 0x80, 0, 0, 0, 0, 0, 0), 0, ErrTooLarge, 0, 0},
		{"a command that is too long", wire.AppendFrameHeader(nil, wire.FlagCommand, maxCommand+1), 0, wire.ErrCommand, 0, 0},
		{"a message that is too long", wire.AppendFrameHeader(nil, 0, 101), 100, ErrTooLarge, 0, 0},
		{"frames that are too long together", append(frame(nil, wire.FlagMore, body(60)), frame(nil, 0, body(41))...), 100, ErrTooLarge, 0, 0},
		{"short frames that are too long together", append(frame(nil, wire.FlagMore, body(200)), frame(nil, 0, body(101))...), 300, ErrTooLarge, 0, 0},
		{"one short frame too many", append(bytes.Repeat(frame(nil, wire.FlagMore, nil), 3), frame(nil, 0, nil)...), 0, ErrTooLarge, 0, 3},
		{"a frame that is too long", append(frame(nil, wire.FlagMore, body(100)), wire.AppendFrameHeader(nil, 0, 101)...), 1000, ErrTooLarge, 100, 0},
		{"a short frame that is too long", frame(nil, 0, body(11)), 1000, ErrTooLarge, 10, 0},
		{"frames without end", bytes.Repeat(frame(nil, wire.FlagMore, nil), 101), 0, ErrTooLarge, 0, 100},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stream := append(bytes.Clone(message), test.stream...)
			for _, piece := range []int{1, 7, 1 << 30} {
				c := &decoding{d: newDecoder(&option.Limits{MaxFrame: test.maxFrame, MaxMessage: int64(test.maxSize), MaxFrames: test.maxParts}, keepAll, maxChunk), room: always(1 << 30)}
				if err := c.feed(stream, always(piece)); !errors.Is(err, test.want) {
					t.Errorf("in pieces of %d: %v, want %v", piece, err, test.want)
				}
				if len(c.items) != 1 {
					t.Errorf("in pieces of %d: %d messages came out before the error, want 1", piece, len(c.items))
				}
				c.release()
			}
		})
	}
}

// A command that is too long is refused also when all of it is there at once.
func TestDecoderRefusesALongCommandThatIsThere(t *testing.T) {
	c := &decoding{d: newDecoder(&option.Limits{}, keepAll, maxChunk), room: always(1 << 30)}
	defer c.release()
	many := bytes.Repeat(frame(nil, 0, body(1000)), 1000) // chunks are large then
	for range 10 {
		if err := c.feed(many, always(1<<30)); err != nil {
			t.Fatal(err)
		}
		if space, _ := c.d.Space(); len(space) > maxCommand+100 {
			break
		}
		many = many[:20*len(frame(nil, 0, body(1000)))]
	}
	command := frame(nil, wire.FlagCommand, body(maxCommand+1))
	if err := c.feed(command, always(1<<30)); !errors.Is(err, wire.ErrCommand) {
		t.Errorf("%v, want %v", err, wire.ErrCommand)
	}
}

// A size that a peer announces costs no memory; bytes that it sends cost up to
// twice as much, rounded up to a power of two.
func TestDecoderMemoryFollowsWhatWasSent(t *testing.T) {
	stream := announce(0, huge)
	c := &decoding{d: newDecoder(&option.Limits{}, keepAll, maxChunk), room: always(1 << 30)}
	defer c.release()
	if err := c.feed(stream, always(1<<30)); err != nil {
		t.Fatal(err)
	}
	c.d.Space()
	if c.measure(); c.most > 64<<10 {
		t.Errorf("%d bytes of memory for a header", c.most)
	}
	for sent := 0; sent < 8<<20; sent += 10_000 {
		if err := c.feed(body(10_000), always(1<<30)); err != nil {
			t.Fatal(err)
		}
		if limit := max(64<<10, 4*(sent+10_000)); c.most > limit {
			t.Fatalf("%d bytes of memory after %d were sent, want at most %d", c.most, sent, limit)
		}
	}
}

// A peer that has sent large bodies is trusted with as large a one again, but
// never with more than maxTrust.
func TestDecoderTrustGrows(t *testing.T) {
	c := &decoding{d: newDecoder(&option.Limits{}, keepAll, maxChunk), room: always(1 << 30)}
	defer c.release()
	if err := c.feed(frame(nil, 0, body(1<<20)), always(1<<30)); err != nil {
		t.Fatal(err)
	}
	if err := c.feed(wire.AppendFrameHeader(nil, 0, 1<<20), always(1<<30)); err != nil {
		t.Fatal(err)
	}
	if got := len(c.d.large.Data()); got != 1<<20 {
		t.Errorf("a body like the last one is given %d bytes of memory, want all at once", got)
	}
	if err := c.feed(body(1<<20), always(1<<30)); err != nil {
		t.Fatal(err)
	}
	if err := c.feed(announce(0, huge), always(1<<30)); err != nil {
		t.Fatal(err)
	}
	if got := len(c.d.large.Data()); got > maxTrust {
		t.Errorf("a huge body is given %d bytes of memory after one of 2^20", got)
	}
	c.d.Close()
	c.d = newDecoder(&option.Limits{}, keepAll, maxChunk)
	for _, stream := range [][]byte{frame(nil, 0, body(8<<20)), announce(0, huge)} {
		if err := c.feed(stream, always(1<<30)); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(c.d.large.Data()); got > maxTrust {
		t.Errorf("a huge body is given %d bytes of memory after one of 2^23", got)
	}
}

// A size that no int can hold is compared before it becomes one: truncated to
// 32 bits it would be a small or a negative size.
func TestDecoderSizesBeyondAnInt(t *testing.T) {
	const most = 1<<63 - 1
	for _, size := range []uint64{maxBody, maxBody + 1, 1<<31 - 1, 1 << 31, 1<<31 + 5, 1<<32 - 5, 1 << 32, 1<<32 + 5, 1 << 40, 1 << 62, most} {
		for _, begun := range []int{0, 10} { // in the frames before
			c := &decoding{d: newDecoder(&option.Limits{}, keepAll, maxChunk), room: always(1 << 30)}
			var stream []byte
			if begun > 0 {
				stream = frame(nil, wire.FlagMore, body(begun))
			}
			err := c.feed(append(append(stream, announce(0, size)...), "first"...), always(1<<30))
			if refused := size+uint64(begun) > maxBody; refused != errors.Is(err, ErrTooLarge) || !refused && err != nil {
				t.Errorf("a frame of %d bytes behind one of %d: %v", size, begun, err)
			}
			if len(c.items) > 0 {
				t.Errorf("a frame of %d bytes behind one of %d: %v came of its first five", size, begun, c.items)
			}
			c.release()
		}
		for _, l := range []*option.Limits{{MaxFrame: int64(size) - 1}, {MaxMessage: int64(size) - 1}} {
			c := &decoding{d: newDecoder(l, keepAll, maxChunk), room: always(1 << 30)}
			if err := c.feed(append(announce(0, size), "first"...), always(1<<30)); !errors.Is(err, ErrTooLarge) {
				t.Errorf("a frame of %d bytes, at most %v: %v", size, l, err)
			}
			c.release()
		}
		c := &decoding{d: newDecoder(&option.Limits{}, keepNone, maxChunk), room: always(1 << 30)}
		if err := c.feed(append(announce(0, size), "first"...), always(1<<30)); err != nil || c.d.skip != size-5 {
			t.Errorf("a frame of %d bytes that is skipped: %d are left to skip, want %d; %v", size, c.d.skip, size-5, err)
		}
		c.release()
		c = &decoding{d: newDecoder(&option.Limits{}, keepAll, maxChunk), room: always(1 << 30)}
		if err := c.feed(append(announce(wire.FlagCommand, size), "first"...), always(1<<30)); !errors.Is(err, wire.ErrCommand) {
			t.Errorf("a command of %d bytes: %v", size, err)
		}
		c.release()
	}
}

// A publisher holds no more of a subscription that comes as a message than of
// one that comes as a command.
func TestLongSubscriptionIsSkipped(t *testing.T) {
	const most = 1 + wire.MaxSubscription
	for _, size := range []uint64{most, most + 1, maxBody + 1, 1<<32 + 5, 1<<63 - 1} {
		for _, first := range []byte{0, 1} {
			c := &decoding{d: newDecoder(&option.Limits{}, keepSubscriptions, maxChunk), room: always(1 << 30)}
			start := append(announce(0, size), first, 'a', 'b')
			if err := c.feed(start, always(1<<30)); err != nil {
				t.Errorf("%d of %d bytes: %v", first, size, err)
			}
			if got, want := c.d.large == nil && c.d.skip == size-3, size > most; got != want {
				t.Errorf("%d of %d bytes: skipped is %t, want %t", first, size, got, want)
			}
			c.release()
		}
	}
	// The subscription behind it is received.
	stream := append(frame(nil, 0, append([]byte{1}, body(most)...)), frame(nil, 0, []byte("\x01b"))...)
	c := decodeAs(t, stream, &option.Limits{}, keepSubscriptions, maxChunk, always(1000), always(1<<30))
	if got := c.d.Skipped(); len(c.items) != 1 || got != 1 {
		t.Errorf("%d subscriptions, %d skipped, want one of each", len(c.items), got)
	}
	c.release()
}
