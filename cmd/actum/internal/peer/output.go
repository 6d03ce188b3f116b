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

// A message that has been received and that nobody reads any more is lost. So that
// `actum pull | head -1` loses none, output to a pipe does two things:
//
//   - it watches for the end of its reader, and nothing is received after that;
//   - it writes each of the first earlyMessages by itself, and gives the reader
//     hangUpTime to leave before the next is received.
//
// Behind those, messages are written in batches: those of the batch that nobody read
// are lost, counted, and reported.
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
	gone    <-chan struct{} // closed when the reader is gone; nil: nobody can tell
	early   int             // messages that are still written one by one
	wrote   bool            // something was written since the reader was last waited for

	after func(time.Duration) <-chan time.Time
}

// newOutput writes to w, whose reader gone reports; it may be nil.
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
// system.ErrReaderGone if nobody would read it.
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

// flush writes what is buffered. What it could not write stays in pending, to be
// reported, and is not written again.
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
