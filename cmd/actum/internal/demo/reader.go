package demo

import (
	"context"
	"errors"

	"github.com/actum-go/actum/zmq"
)

// reader takes one receiver's part of a flood.
type reader struct {
	tally
	scene  *scene
	from   *zmq.Socket
	credit chan struct{} // for a publisher: a batch has arrived
	err    error
}

func newReader(s *scene, from *zmq.Socket) *reader {
	r := &reader{scene: s, from: from, credit: make(chan struct{}, creditBatches)}
	for range creditBatches {
		r.credit <- struct{}{}
	}
	return r
}

// run receives until the end. What has not come when time is up is lost.
func (r *reader) run(ctx context.Context) {
	for {
		m, err := r.from.Recv(ctx)
		if err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				r.err = err
			}
			return
		}
		switch kind, n := parse(m.Bytes()); kind {
		case normal:
			r.see(n)
			if r.arrived%creditBatch == 0 {
				r.batch()
			}
		case end:
			return
		default:
			r.err = errors.New("received a message that nobody sent")
			return
		}
	}
}

// batch tells the publisher, and who watches.
func (r *reader) batch() {
	r.scene.arrived.Add(creditBatch)
	select {
	case r.credit <- struct{}{}:
	default: // nobody asks for credit
	}
}
