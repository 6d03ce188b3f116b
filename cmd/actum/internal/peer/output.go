package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/zmq"
)

// A received message that is written to a closed pipe is lost. To lose none with
// `actum pull | head -1`, output to a pipe does two things:
//
//   - it detects that its reader has closed the pipe, and receives nothing after that;
//   - it writes each of the first earlyMessages by itself, and gives the reader
//     hangUpTime to close the pipe before it receives the next.
//
// Later messages are written in batches. The messages of a batch that was not
// read are lost, counted, and reported.
const (
	earlyMessages = 8
	hangUpTime    = 20 * time.Millisecond
	flushSize     = 64 << 10 // bytes
)

// output writes received messages. What is buffered must be flushed before
// waiting for anything.
type output struct {
	w       io.Writer
	kind    zmq.Type
	json    *json.Encoder // nil: text
	buf     bytes.Buffer
	pending int             // messages in buf
	gone    <-chan struct{} // closed when the reader is gone; nil if that cannot be detected
	early   int             // messages that are still to be written one by one
	wrote   bool            // something was written since the last wait for the reader to leave

	after func(time.Duration) <-chan time.Time
}

// newOutput makes an output that writes to w. gone, which may be nil, is closed
// when w's reader is gone.
func newOutput(w io.Writer, asJSON bool, t zmq.Type, gone <-chan struct{}) *output {
	o := &output{w: w, kind: t, gone: gone, after: time.After}
	if gone != nil {
		o.early = earlyMessages
	}
	if asJSON {
		o.json = json.NewEncoder(&o.buf)
		o.json.SetEscapeHTML(false)
	}
	return o
}

// ready waits until the next message may be received. It fails with
// system.ErrReaderGone if the reader is gone.
func (o *output) ready(ctx context.Context) error {
	if o.early > 0 && o.pending > 0 {
		if err := o.flush(); err != nil {
			return err
		}
	}
	if o.early > 0 && o.wrote {
		o.early--
		o.wrote = false
		select {
		case <-o.gone:
		case <-o.after(hangUpTime):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	select {
	case <-o.gone:
		return system.ErrReaderGone
	default:
		return nil
	}
}

func (o *output) write(m *zmq.Msg) error {
	o.pending++
	if o.json != nil {
		if err := o.json.Encode(newDocument(m)); err != nil {
			return err
		}
	} else {
		o.buf.Write(appendLine(o.buf.AvailableBuffer(), m, o.kind))
	}
	if o.buf.Len() < flushSize {
		return nil
	}
	return o.flush()
}

// flush writes the buffer. Messages that it could not write stay in pending, to
// be reported, and are not written again.
func (o *output) flush() error {
	if o.buf.Len() == 0 {
		return nil
	}
	_, err := o.w.Write(o.buf.Bytes())
	o.buf.Reset()
	if err == nil {
		o.pending, o.wrote = 0, true
	}
	return err
}
