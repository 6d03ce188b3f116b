package demo

import (
	"context"
	"errors"

	"github.com/actum-go/actum/zmq"
)

// reader receives the messages of one socket.
type reader struct {
	tally
	scenario *scenario
	from     *zmq.Socket
	credit   chan struct{} // for a publisher: a batch has arrived
	err      error
}

func newReader(s *scenario, from *zmq.Socket) *reader {
	r := &reader{scenario: s, from: from, credit: make(chan struct{}, creditBatches)}
	for range creditBatches {
		r.credit <- struct{}{}
	}
	return r
}

// run receives until the end message. Messages that have not arrived when the
// time is over are lost.
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
			r.err = errors.New("received a message that the demonstration did not send")
			return
		}
	}
}

// batch reports a received batch to the publisher and the progress.
func (r *reader) batch() {
	r.scenario.arrived.Add(creditBatch)
	select {
	case r.credit <- struct{}{}:
	default: // the sender does not use credit
	}
}
