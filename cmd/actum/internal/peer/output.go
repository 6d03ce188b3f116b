package peer

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/actum-go/actum/zmq"
)

// output writes received messages. What is buffered must be flushed before
// waiting for anything.
type output struct {
	w    *bufio.Writer
	kind zmq.Type
	json *json.Encoder // nil: text
	line []byte
}

func newOutput(w io.Writer, asJSON bool, t zmq.Type) *output {
	o := &output{w: bufio.NewWriterSize(w, 64<<10), kind: t}
	if asJSON {
		o.json = json.NewEncoder(o.w)
		o.json.SetEscapeHTML(false)
	}
	return o
}

func (o *output) write(m *zmq.Msg) error {
	if o.json != nil {
		return o.json.Encode(newDocument(m))
	}
	o.line = appendLine(o.line[:0], m, o.kind)
	_, err := o.w.Write(o.line)
	return err
}

func (o *output) flush() error { return o.w.Flush() }
