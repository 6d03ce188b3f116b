package engine

import (
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/message"
)

// A large body grows by copying, because a peer gets memory as it sends (body.go).
// To clear and to copy a GiB takes a dispatcher longer than others can wait. So
// from maxGrowth on another goroutine does it:
//
//  1. read finds that the body needs more memory, and does not read
//  2. a goroutine makes the larger buffer and copies what has come
//  3. it posts back: the decoder goes on with the larger buffer
//
// The stream is left alone meanwhile, and TCP pushes back. Closing waits for step 3.

const (
	// maxGrowth is the largest buffer that a turn of the dispatcher makes, in bytes.
	maxGrowth = 16 << 20
	// copyStep is how much is copied at a time: Go interrupts no copy, and who has to
	// stop all goroutines, as its collector, would wait for the end of it.
	copyStep = 1 << 20
)

// growth is one that is in progress.
type growth struct {
	op     proactor.Operation
	larger *message.Buffer
}

// direct is what a decoder has that has read a body directly: an idle connection
// that never does has no memory for it.
type direct struct {
	both    [2][]byte
	growing *growth // nil unless memory for the body is being made
}

func (d *decoder) directly() *direct {
	if d.direct == nil {
		d.direct = new(direct)
	}
	return d.direct
}

// growing reports whether memory for a body is being made.
func (e *Engine) growing() bool { return e.decoder.direct != nil && e.decoder.direct.growing != nil }

// growsInBackground reports whether the body needs a buffer that is not made here, and
// has it made.
func (e *Engine) growsInBackground() bool {
	size := e.decoder.needs()
	if size <= maxGrowth {
		return false
	}
	g := new(growth)
	g.op.Handler = e.handler(func(*proactor.Operation) { e.onGrown() })
	e.decoder.directly().growing = g
	body, got, alloc := e.decoder.large, e.decoder.got, e.decoder.alloc
	go func() {
		g.larger = alloc(size)
		for at := 0; at < got; at += copyStep {
			copy(g.larger.Data()[at:], body.Data()[at:min(got, at+copyStep)])
		}
		e.d.Post(&g.op)
	}()
	return true
}

// onGrown is step 3.
func (e *Engine) onGrown() {
	larger := e.decoder.direct.growing.larger
	e.decoder.direct.growing = nil
	if e.state >= stateClosing {
		larger.Release()
		e.closeIfDone()
		return
	}
	e.decoder.change(larger)
	e.read()
}
