// Package flow generates messages that both ends of a test can compute.
package flow

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Flow is a sequence of messages that both ends can compute.
//
// Message n has the frames of shape n modulo the number of shapes, behind the
// frames of the envelope. Byte k of frame f is n + f + k, modulo 256; but a frame
// of 8 bytes and more begins with n, big-endian. peers/libzmq/flow.h is the same
// in C.
type Flow struct {
	From, Count int      // message numbers
	Shapes      string   // sizes in bytes, separated by commas; shapes by semicolons
	Envelope    []string // frames that come first
}

const (
	// Numbers are the small messages of long flows.
	Numbers = "8"
	// AllShapes are single and multipart, empty frames in every position, sizes
	// about which the framing changes, and a megabyte.
	AllShapes = "8;0;8,0,300;0,0;255;256;1048576;1,1048576,0;65535"
)

// Via is the flow behind an envelope.
func (f Flow) Via(envelope ...string) Flow {
	f.Envelope = envelope
	return f
}

// sizes are the sizes of the frames of message n.
func (f Flow) sizes(n int) (sizes []int) {
	shapes := strings.Split(f.Shapes, ";")
	for size := range strings.SplitSeq(shapes[n%len(shapes)], ",") {
		var v int
		fmt.Sscan(size, &v)
		sizes = append(sizes, v)
	}
	return sizes
}

// Message is the frames of message n.
func (f Flow) Message(n int) (frames [][]byte) {
	for _, e := range f.Envelope {
		frames = append(frames, []byte(e))
	}
	if f.Shapes == Numbers {
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

// Check returns how frames differ from those of message n.
func (f Flow) Check(n int, got [][]byte) error {
	expected := f.Message(n)
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

// String is the flow in the form of a program's command.
func (f Flow) String() string {
	return fmt.Sprintf("%d %d %s %s", f.From, f.Count, f.Shapes, FormatFrames(f.Envelope))
}

// FormatFrames writes frames in hex, each after an x; "-" is none.
func FormatFrames(frames []string) string {
	if len(frames) == 0 {
		return "-"
	}
	var words []string
	for _, f := range frames {
		words = append(words, fmt.Sprintf("x%x", f))
	}
	return strings.Join(words, ",")
}

// ParseFrames reads what FormatFrames has written.
func ParseFrames(text string) (frames []string, err error) {
	if text == "-" {
		return nil, nil
	}
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

// Parse reads the words that String has written.
func Parse(words []string) (f Flow, err error) {
	if len(words) != 4 {
		return Flow{}, fmt.Errorf("%q is no flow: FROM COUNT SHAPES ENVELOPE expected", words)
	}
	if f.From, err = strconv.Atoi(words[0]); err != nil {
		return Flow{}, err
	}
	if f.Count, err = strconv.Atoi(words[1]); err != nil {
		return Flow{}, err
	}
	f.Shapes = words[2]
	f.Envelope, err = ParseFrames(words[3])
	return f, err
}
