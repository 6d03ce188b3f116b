package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// item is one part of a stream: a message's frames, or a command's body.
type item struct {
	command      bool
	subscription bool // a message that is marked as a subscription
	frames       [][]byte
}

func (i item) equal(o item) bool {
	return i.command == o.command && i.subscription == o.subscription && slices.EqualFunc(i.frames, o.frames, bytes.Equal)
}

func (i item) String() string {
	s := "message"
	switch {
	case i.command:
		s = "command"
	case i.subscription:
		s = "subscription"
	}
	for _, f := range i.frames {
		s += fmt.Sprintf(" %d:%.8x", len(f), f)
	}
	return s
}

var errReference = errors.New("not ZMTP")

// reference is a simple decoder: it has the whole stream, and allocates freely
// (RFC 37, "Framing"). It returns the items before the first violation. A
// command between the frames of a message comes before the message.
func reference(stream []byte, l *option.Limits, keep keeping) (items []item, err error) {
	var frames [][]byte
	var size uint64
	for len(stream) > 0 {
		flags, rest := stream[0], stream[1:]
		command := flags&4 != 0
		var length uint64
		if flags&2 == 0 {
			if len(rest) < 1 {
				return items, nil
			}
			length, rest = uint64(rest[0]), rest[1:]
		} else {
			if len(rest) > 0 && rest[0] > 0x7f {
				return items, errReference
			}
			if len(rest) < 8 {
				return items, nil
			}
			length, rest = binary.BigEndian.Uint64(rest), rest[8:]
		}
		switch {
		case command && length > maxCommand,
			!command && l.MaxFrame > 0 && length > uint64(l.MaxFrame),
			!command && l.MaxMessage > 0 && size+length > uint64(l.MaxMessage),
			!command && l.MaxFrames > 0 && len(frames) >= l.MaxFrames,
			!command && keep <= keepMarked && length > maxBody:
			return items, errReference
		case uint64(len(rest)) < length:
			return items, nil
		}
		body := rest[:length]
		stream = rest[length:]
		if command {
			items = append(items, item{command: true, frames: [][]byte{body}})
			continue
		}
		frames, size = append(frames, body), size+length
		if flags&1 == 0 {
			subscription := len(frames) == 1 && len(frames[0]) > 0 && frames[0][0] <= 1 && len(frames[0]) <= 1+wire.MaxSubscription
			switch {
			case keep == keepAll:
				items = append(items, item{frames: frames})
			case keep == keepMarked, keep == keepSubscriptions && subscription:
				items = append(items, item{frames: frames, subscription: subscription})
			}
			frames, size = nil, 0
		}
	}
	return items, nil
}

// decoding is a decoder and the items that it has returned.
type decoding struct {
	d     decoder
	room  func() int // how many messages each batch may have
	items []item     // as they were when they were returned
	kept  []message.Msg
	size  int // payload according to the batches
	most  int // bytes of memory that the decoder held at once, at most
	turns int // number of ends of a turn
}

// feed decodes a stream in pieces of up to piece() bytes.
func (c *decoding) feed(stream []byte, piece func() int) error {
	for len(stream) > 0 {
		n := 0
		left := min(piece(), len(stream))
		space, behind := c.d.Space()
		if n = copy(space, stream[:left]); n == len(space) {
			n += copy(behind, stream[n:left])
		}
		c.measure()
		stream = stream[n:]
		c.d.Received(n)
		if err := c.scan(); err != nil {
			return err
		}
	}
	return nil
}

// scan takes all items, as the engine does.
func (c *decoding) scan() error {
	for {
		what, body, err := c.d.Scan(c.room())
		c.measure()
		c.take()
		switch {
		case err != nil:
			return err
		case what == foundNothing:
			return nil
		case what == foundEnough:
			c.turns++
			c.d.Turn()
		case what == foundCommand:
			c.items = append(c.items, item{command: true, frames: [][]byte{bytes.Clone(body)}})
			c.d.SkipCommand(body)
		}
	}
}

func (c *decoding) take() {
	batch, ok := c.d.Batch()
	if !ok {
		return
	}
	var cursor message.Cursor
	cursor.Load(batch)
	c.size += batch.Size
	n := 0
	for !cursor.Done() {
		subscription := cursor.AtSubscription()
		m, _ := cursor.Next()
		var frames [][]byte
		for _, f := range m.Frames() {
			frames = append(frames, bytes.Clone(f))
			c.size -= len(f)
		}
		c.items = append(c.items, item{frames: frames, subscription: subscription})
		c.kept = append(c.kept, m)
		n++
	}
	if n != batch.Msgs || c.size != 0 {
		panic(fmt.Sprintf("a batch says %d messages and has %d; its size is wrong by %d", batch.Msgs, n, c.size))
	}
}

func (c *decoding) measure() {
	held := len(c.d.chunk)
	if c.d.large != nil {
		held += len(c.d.large.Data())
	}
	c.most = max(c.most, held)
}

// check compares the items with the reference, and then the kept messages with
// their earlier content: no one else may write to their memory.
func (c *decoding) check(stream []byte, err error) error {
	want, wrong := reference(stream, c.d.Limits, c.d.keep)
	if !slices.EqualFunc(c.items, want, item.equal) {
		return fmt.Errorf("decoded\n%v\nwant\n%v", c.items, want)
	}
	if (err != nil) != (wrong != nil) {
		return fmt.Errorf("error %v, want %v", err, wrong)
	}
	kept := c.kept
	for _, i := range want {
		if i.command {
			continue
		}
		if !slices.EqualFunc(kept[0].Frames(), i.frames, bytes.Equal) {
			return fmt.Errorf("a message that was handed out has changed: %v", i)
		}
		kept = kept[1:]
	}
	return nil
}

// release releases all messages that were handed out.
func (c *decoding) release() {
	for i := range c.kept {
		c.kept[i].Release()
	}
	c.d.Close()
}

// frame appends a frame to a stream.
func frame(b []byte, flags byte, body []byte) []byte {
	return append(wire.AppendFrameHeader(b, flags, len(body)), body...)
}

// announce returns the header of a frame of any size, also one that no int can
// count.
func announce(flags byte, size uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{flags | wire.FlagLong}, size)
}

// huge is the size of a body that a peer can announce but never sends.
const huge = min(1<<40, maxBody)

// body makes a frame's body that differs from all others.
func body(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i*7 + i>>8 + size)
	}
	return b
}
