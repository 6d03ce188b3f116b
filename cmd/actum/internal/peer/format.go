package peer

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/actum-go/actum/zmq"
)

// As text, a message is a line, with tabs between its unchanged frames. Input and
// output have the same form, so that one command's output can be another's input.
// Frames that contain tabs or line ends need JSON. The routing id at the start of
// a router's message is in hexadecimal after 0x if it cannot be printed, as is
// the case for ids that routers make up.

const separator = '\t'

func appendLine(b []byte, m *zmq.Msg, t zmq.Type) []byte {
	for i := range m.Len() {
		if i > 0 {
			b = append(b, separator)
		}
		if i == 0 && t.Addresses() {
			b = append(b, printableID(m.Frame(0))...)
			continue
		}
		b = append(b, m.Frame(i)...)
	}
	return append(b, '\n')
}

// parseLine takes line over.
func parseLine(line []byte, t zmq.Type) (zmq.Msg, error) {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	frames := bytes.Split(line, []byte{separator})
	if !t.Addresses() {
		return zmq.NewMsg(frames...), nil
	}
	if len(frames) < 2 {
		return zmq.Msg{}, fmt.Errorf("%w: write the id, a tab, and what to send", errNoReceiver)
	}
	frames[0] = parseID(frames[0])
	return zmq.NewMsg(frames...), nil
}

// errNoReceiver is a message for a ROUTER without a receiver.
var errNoReceiver = errors.New("a router's message begins with the routing id of its receiver")

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
