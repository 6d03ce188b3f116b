package peer

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/zmq"
)

// reader is what reads the output: it leaves in the pause after so many messages.
type reader struct {
	bytes.Buffer
	gone   chan struct{}
	after  int // messages; negative: it stays
	closed bool
	pauses int
}

func (r *reader) Write(b []byte) (int, error) {
	if r.closed {
		return 0, io.ErrClosedPipe
	}
	return r.Buffer.Write(b)
}

// pause is the pause: it ends with its time, or with the reader.
func (r *reader) pause(time.Duration) <-chan time.Time {
	r.pauses++
	if r.pauses == r.after {
		r.closed = true
		close(r.gone)
		return nil
	}
	over := make(chan time.Time)
	close(over)
	return over
}

func outputTo(r *reader) *output {
	r.gone = make(chan struct{})
	o := newOutput(r, false, zmq.PULL, r.gone)
	o.after = r.pause
	return o
}

// A reader that leaves after one of the first messages has lost none: nothing was
// received behind what it took.
func TestNothingIsReceivedForAReaderThatLeft(t *testing.T) {
	for n := 1; n <= earlyMessages; n++ {
		r := &reader{after: n}
		o := outputTo(r)
		received := 0
		var err error
		for err = o.ready(t.Context()); err == nil; err = o.ready(t.Context()) {
			m := zmq.StringMsg("x")
			received++
			if err := o.write(&m); err != nil {
				t.Fatal(err)
			}
		}
		if !errors.Is(err, system.ErrReaderGone) || received != n || o.pending != 0 || r.Len() != 2*n {
			t.Errorf("after %d messages: %v, %d received, %d not written, %q written", n, err, received, o.pending, &r.Buffer)
		}
	}
}

// A reader that stays gets later messages in batches, without pauses; what could not
// be written is counted.
func TestBatches(t *testing.T) {
	r := &reader{after: -1}
	o := outputTo(r)
	const n = earlyMessages + 100
	for range n {
		if err := o.ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		m := zmq.StringMsg("x")
		if err := o.write(&m); err != nil {
			t.Fatal(err)
		}
	}
	if r.pauses != earlyMessages || r.Len() != 2*earlyMessages || o.pending != n-earlyMessages {
		t.Errorf("%d pauses, %d bytes written, %d messages in the batch", r.pauses, r.Len(), o.pending)
	}
	r.closed = true
	if err := o.flush(); err == nil || o.pending != n-earlyMessages {
		t.Errorf("%v, %d messages counted as not written", err, o.pending)
	}
	if err := o.flush(); err != nil {
		t.Errorf("written again: %v", err)
	}
}

// There are no pauses if the system cannot tell whether standard output has a reader.
func TestNoPauses(t *testing.T) {
	r := &reader{after: -1}
	o := newOutput(r, true, zmq.PULL, nil)
	o.after = r.pause
	for range earlyMessages {
		m := zmq.StringMsg("x")
		if err := errors.Join(o.ready(t.Context()), o.write(&m)); err != nil {
			t.Fatal(err)
		}
	}
	if r.pauses != 0 || r.Len() != 0 {
		t.Errorf("%d pauses, %d bytes written", r.pauses, r.Len())
	}
}
