package engine

import (
	"bytes"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// FuzzCoding decodes any bytes, in steps of any size: through a codec that
// refuses most of them, and through the raw one, which must lose none.
func FuzzCoding(f *testing.F) {
	var boxes []byte
	x := new(box)
	for _, b := range []string{"short", "", string(make([]byte, 5000)), "\x04PING"} {
		boxes, _ = x.AppendFrame(boxes, 0, []byte(b))
	}
	f.Add(boxes, uint8(7))
	f.Add(bytes.Repeat([]byte("raw"), 6000), uint8(255))
	f.Fuzz(func(t *testing.T, b []byte, step uint8) {
		_, _ = decodeAll(new(box), b, 1+int(step))
		if got, err := decodeAll(rawCodec{}, b, 1+int(step)); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%d of %d raw bytes: %v", len(got), len(b), err)
		}
	})
}

// decodeAll returns the bodies of the messages in b.
func decodeAll(codec wire.Codec, b []byte, step int) (bodies []byte, err error) {
	c := coding{codec: codec, in: newDecoder(&option.Limits{}, keepAll, maxChunk)}
	d := newDecoder(&option.Limits{MaxFrame: 1 << 20}, keepAll, maxChunk)
	defer c.in.Close()
	defer d.Close()
	b = bytes.Clone(b)
	for len(b) > 0 {
		space, _ := c.in.Space()
		n := copy(space[:min(len(space), step)], b)
		c.in.Received(n)
		b = b[n:]
		for more := true; more; {
			d.Turn()
			what, body, err := d.Scan(100)
			if batch, ok := d.Batch(); ok {
				var cursor message.Cursor
				cursor.Load(batch)
				for m, ok := cursor.Next(); ok; m, ok = cursor.Next() {
					for i := range m.Len() {
						bodies = append(bodies, m.Frame(i)...)
					}
					m.Release()
				}
			}
			switch {
			case err != nil:
				return bodies, err
			case what == foundCommand:
				d.SkipCommand(body)
			case what == foundNothing:
				if more, err = c.decode(&d); err != nil {
					return bodies, err
				}
			}
		}
	}
	return bodies, nil
}
