package peer

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/actum-go/actum/zmq"
)

// input supplies the messages to send. A read of standard input cannot be
// cancelled, so it runs on a goroutine of its own, which ends with the input, the
// context, or the process.
type input struct {
	next  chan zmq.Msg
	ended chan struct{} // closed when all messages have been taken
	err   error         // why the input failed; set before ended is closed
	typed bool          // the input is a terminal: it may never end
}

// source calls yield with one message after the other, until it returns false.
type source func(yield func(zmq.Msg) bool) error

// newInput starts reading. A nil source has no messages.
func newInput(ctx context.Context, read source) *input {
	in := &input{next: make(chan zmq.Msg), ended: make(chan struct{})}
	if read == nil {
		close(in.ended)
		return in
	}
	go func() {
		defer close(in.ended)
		in.err = read(func(m zmq.Msg) bool {
			select {
			case in.next <- m:
				return true
			case <-ctx.Done():
				return false
			}
		})
		if in.err == nil {
			in.err = ctx.Err() // then it is not the end of the input
		}
	}()
	return in
}

// take waits for a message. ok is false when there are no more.
func (in *input) take(ctx context.Context) (m zmq.Msg, ok bool, err error) {
	select {
	case m = <-in.next:
		return m, true, nil
	case <-in.ended:
		return m, false, in.err
	case <-ctx.Done():
		return m, false, ctx.Err()
	}
}

// source returns the source of a type's messages: --data with its repeats, or
// standard input. Types that do not send have none.
func (c *Common) source(r io.Reader, t zmq.Type, data []string, repeats uint) source {
	switch {
	case repeats == 0:
		return nil
	case data != nil:
		return repeated(data, repeats)
	case c.JSON:
		return documents(r, t)
	}
	return lines(r, t)
}

func repeated(data []string, repeats uint) source {
	return func(yield func(zmq.Msg) bool) error {
		for i := uint(0); i < repeats && yield(zmq.StringMsg(data...)); i++ {
		}
		return nil
	}
}

// lines reads messages as lines, with tabs between their frames.
func lines(r io.Reader, t zmq.Type) source {
	b := bufio.NewReader(r)
	return each("line", func() (m zmq.Msg, err error) {
		line, err := b.ReadBytes('\n')
		if err != nil && (err != io.EOF || len(line) == 0) {
			return m, err
		}
		return parseLine(line, t)
	})
}

// documents reads messages as JSON documents, one after the other.
func documents(r io.Reader, t zmq.Type) source {
	d := json.NewDecoder(r)
	return each("document", func() (m zmq.Msg, err error) {
		var text json.RawMessage
		if err := d.Decode(&text); err != nil {
			if err != io.EOF {
				err = fmt.Errorf("not JSON: %w: %s", err, aMessageIs)
			}
			return m, err
		}
		m, err = parseDocument(text)
		if err == nil && t.Addresses() && m.Len() < 2 {
			err = fmt.Errorf(`%w: {"frames":["id","text"]}`, errNoReceiver)
		}
		return m, err
	})
}

// each reads one item after the other until the end of standard input.
func each(thing string, read func() (zmq.Msg, error)) source {
	return func(yield func(zmq.Msg) bool) error {
		for n := 1; ; n++ {
			m, err := read()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return fmt.Errorf("standard input, %s %d: %w", thing, n, err)
			}
			if !yield(m) {
				return nil
			}
		}
	}
}
