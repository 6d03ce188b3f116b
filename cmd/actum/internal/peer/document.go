package peer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/actum-go/actum/zmq"
)

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
		return errFrame
	}
	*f = *bin.Base64
	return nil
}

// parseDocument parses a message from one JSON document.
func parseDocument(text []byte) (m zmq.Msg, err error) {
	if err := checkText(text); err != nil {
		return m, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var doc document
	if err := d.Decode(&doc); err != nil {
		return m, wrongDocument(err)
	}
	return doc.message()
}

// wrongDocument returns an error that describes a message, in place of package
// json's error, which names our types.
func wrongDocument(err error) error {
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType):
		return errors.New(aMessageIs)
	case errors.Is(err, errFrame):
		return err
	}
	return fmt.Errorf("%s: %s", strings.TrimPrefix(err.Error(), "json: "), aMessageIs)
}

const aMessageIs = `a message is {"frames":["text",{"base64":"AAE="}]}`

var errFrame = errors.New(`a frame is a "string" or {"base64":"..."}`)

// checkText reports what package json would silently replace with U+FFFD: bytes
// that are not UTF-8, and half of a surrogate pair (RFC 8259, sections 8.1 and
// 8.2). text is well-formed JSON, so a backslash begins an escape in a string.
func checkText(text []byte) error {
	for i := 0; i < len(text); {
		if text[i] == '\\' {
			size, err := checkEscape(text[i:])
			if err != nil {
				return err
			}
			i += size
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return fmt.Errorf(`byte 0x%02x is not UTF-8: such a frame is {"base64":"..."}`, text[i])
		}
		i += size
	}
	return nil
}

// checkEscape returns the length of the escape at the start of text. The two
// halves of a surrogate pair are one escape.
func checkEscape(text []byte) (size int, err error) {
	half := escaped(text)
	if !utf16.IsSurrogate(half) {
		return 2, nil // the digits of a longer escape follow
	}
	const length = len(`\ud800`)
	if utf16.DecodeRune(half, escaped(text[length:])) == utf8.RuneError {
		return 0, fmt.Errorf(`%s is half of a surrogate pair: such a frame is {"base64":"..."}`, text[:length])
	}
	return 2 * length, nil
}

// escaped is the UTF-16 unit of the \u escape at the start of text; -1 if there
// is none.
func escaped(text []byte) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(unit)
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
