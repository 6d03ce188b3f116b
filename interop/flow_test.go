package interop

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// flow is messages that both ends can work out by themselves.
//
// Message n has the frames of shape n modulo the number of shapes, behind the
// frames of the envelope. Byte k of frame f is n + f + k, modulo 256; but a frame
// of 8 bytes and more begins with n, big-endian. peers/libzmq/flow.h is the same
// in C.
type flow struct {
	from, count int      // message numbers
	shapes      string   // sizes in bytes, separated by commas; shapes by semicolons
	envelope    []string // frames that come first
}

const (
	// numbers are the small messages of long flows.
	numbers = "8"
	// allShapes are single and multipart, empty frames in every position, sizes
	// about which the framing changes, and a megabyte.
	allShapes = "8;0;8,0,300;0,0;255;256;1048576;1,1048576,0;65535"
)

// via is the flow behind an envelope.
func (f flow) via(envelope ...string) flow {
	f.envelope = envelope
	return f
}

// sizes are the sizes of the frames of message n.
func (f flow) sizes(n int) (sizes []int) {
	shapes := strings.Split(f.shapes, ";")
	for size := range strings.SplitSeq(shapes[n%len(shapes)], ",") {
		var v int
		fmt.Sscan(size, &v)
		sizes = append(sizes, v)
	}
	return sizes
}

func (f flow) message(n int) (frames [][]byte) {
	for _, e := range f.envelope {
		frames = append(frames, []byte(e))
	}
	if f.shapes == numbers {
		return append(frames, binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	for i, size := range f.sizes(n) {
		frames = append(frames, content(size, n, i))
	}
	return frames
}

// content is frame f of message n.
func content(size, n, f int) []byte {
	b := make([]byte, size)
	for k := range b {
		b[k] = byte(n + f + k)
	}
	if size >= 8 {
		binary.BigEndian.PutUint64(b, uint64(n))
	}
	return b
}

func (f flow) check(n int, got [][]byte) error {
	expected := f.message(n)
	if len(got) != len(expected) {
		return fmt.Errorf("message %d has %d frames instead of %d", n, len(got), len(expected))
	}
	for i := range got {
		if !bytes.Equal(got[i], expected[i]) {
			return fmt.Errorf("message %d, frame %d: %.40q (%d bytes) instead of %.40q (%d bytes)",
				n, i, got[i], len(got[i]), expected[i], len(expected[i]))
		}
	}
	return nil
}

// String is the flow in the words that a program is told it with.
func (f flow) String() string {
	return fmt.Sprintf("%d %d %s %s", f.from, f.count, f.shapes, formatFrames(f.envelope))
}

// formatFrames writes frames in hex, each behind an x; parseFrames reads them.
func formatFrames(frames []string) string {
	if len(frames) == 0 {
		return "-"
	}
	var words []string
	for _, f := range frames {
		words = append(words, fmt.Sprintf("x%x", f))
	}
	return strings.Join(words, ",")
}

func parseFrames(text string) (frames []string, err error) {
	for word := range strings.SplitSeq(text, ",") {
		var b []byte
		if word != "x" {
			if _, err := fmt.Sscanf(word, "x%x", &b); err != nil {
				return nil, fmt.Errorf("frames %.80q: %w", text, err)
			}
		}
		frames = append(frames, string(b))
	}
	return frames, nil
}
