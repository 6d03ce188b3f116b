package engine

import (
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/message"
)

// A large body grows by copying, because a peer gets memory as it sends
// (body.go). A dispatcher that clears and copies a GiB would delay the other
// connections for too long. So for buffers above maxGrowth another goroutine
// does it:
//
//  1. read finds that the body needs more memory, and starts no operation
//  2. a goroutine makes the larger buffer and copies what has come
//  3. it posts back: the decoder continues with the larger buffer
//
// The stream is left alone meanwhile, and TCP pushes back. Closing waits for
// step 3.

const (
	// maxGrowth is the largest buffer that a turn of the dispatcher makes, in bytes.
	maxGrowth = 16 << 20
	// copyStep is how many bytes are copied at a time: Go interrupts no copy,
	// and the garbage collector, which has to stop all goroutines, would wait
	// for its end.
	copyStep = 1 << 20
)

// growth is the growth of a body that is in progress.
type growth struct {
	op     proactor.Operation
	larger *message.Buffer
}

// direct is what a decoder has for bodies that are read directly, apart so that
// a connection that never reads one has no memory for it.
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

// growing reports whether another goroutine is making memory for a body.
func (e *conn) growing() bool { return e.decoder.direct != nil && e.decoder.direct.growing != nil }

// growsInBackground reports whether the body needs a buffer above maxGrowth,
// and starts a goroutine that makes it.
func (e *conn) growsInBackground() bool {
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
func (e *conn) onGrown() {
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
