package peer

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/actum-go/actum/zmq"
)

// A message as text is a line, its frames as they are with tabs between them.
// The routing id in front of a router's is in hexadecimal behind 0x if it cannot
// be printed: those that routers make up cannot.

const separator = '\t'

func appendLine(b []byte, m *zmq.Msg, t zmq.Type) []byte {
	for i := range m.Len() {
		if i > 0 {
			b = append(b, separator)
		}
		if i == 0 && t == zmq.ROUTER {
			b = append(b, printableID(m.Frame(0))...)
			continue
		}
		b = append(b, m.Frame(i)...)
	}
	return append(b, '\n')
}

// parseLine takes the line over.
func parseLine(line []byte, t zmq.Type) (zmq.Msg, error) {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	if t != zmq.ROUTER {
		return zmq.NewMsg(line), nil
	}
	frames := bytes.Split(line, []byte{separator})
	if len(frames) < 2 {
		return zmq.Msg{}, errors.New("a router's message is a routing id, a tab, and what to send")
	}
	frames[0] = parseID(frames[0])
	return zmq.NewMsg(frames...), nil
}

func printableID(id []byte) string {
	for _, r := range string(id) {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return "0x" + hex.EncodeToString(id)
		}
	}
	return string(id)
}

func parseID(text []byte) []byte {
	digits, ok := strings.CutPrefix(string(text), "0x")
	if !ok {
		return text
	}
	if id, err := hex.DecodeString(digits); err == nil {
		return id
	}
	return text
}

// document is a message as JSON: {"frames":["text",{"base64":"AAE="}]}.
type document struct {
	Frames []frame `json:"frames"`
}

// frame is a string if it is valid UTF-8, {"base64":"..."} if not.
type frame []byte

// binary is a frame that is not text.
type binary struct {
	Base64 *[]byte `json:"base64"`
}

func (f frame) MarshalJSON() ([]byte, error) {
	if !utf8.Valid(f) {
		b := []byte(f)
		return json.Marshal(binary{&b})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(string(f))
	return b.Bytes(), err
}

func (f *frame) UnmarshalJSON(b []byte) error {
	var text *string
	if json.Unmarshal(b, &text) == nil && text != nil {
		*f = []byte(*text)
		return nil
	}
	var bin binary
	if json.Unmarshal(b, &bin) != nil || bin.Base64 == nil {
		return errors.New(`a frame is a "string" or {"base64":"..."}`)
	}
	*f = *bin.Base64
	return nil
}

func newDocument(m *zmq.Msg) document {
	d := document{Frames: make([]frame, m.Len())}
	for i := range d.Frames {
		d.Frames[i] = m.Frame(i)
	}
	return d
}

func (d document) message() (zmq.Msg, error) {
	if len(d.Frames) == 0 {
		return zmq.Msg{}, errors.New(`a message needs at least one frame: {"frames":["..."]}`)
	}
	frames := make([][]byte, len(d.Frames))
	for i, f := range d.Frames {
		frames[i] = f
	}
	return zmq.NewMsg(frames...), nil
}
