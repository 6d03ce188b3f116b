package message

import "strconv"

// The most that String shows.
const (
	shownFrames = 8
	shownBytes  = 40 // of each frame
)

// String formats the message in one line for display: its frames, quoted as Go
// quotes them. Of a long message it shows the beginning, and how much there is.
func (m Msg) String() string {
	if m.Released() {
		return "[released]"
	}
	text := []byte{'['}
	for i := range m.Len() {
		if i > 0 {
			text = append(text, ' ')
		}
		if i == shownFrames {
			text = append(strconv.AppendInt(text, int64(m.Len()-i), 10), " more frames"...)
			break
		}
		text = appendFrame(text, m.Frame(i))
	}
	return string(append(text, ']'))
}

func appendFrame(text, frame []byte) []byte {
	if len(frame) <= shownBytes {
		return strconv.AppendQuote(text, string(frame))
	}
	text = append(strconv.AppendQuote(text, string(frame[:shownBytes])), "...("...)
	return append(strconv.AppendInt(text, int64(len(frame)), 10), " bytes)"...)
}
