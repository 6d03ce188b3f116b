package transport

import (
	"container/list"
	"context"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/endpoint"
	"github.com/actum-go/actum/zmq/internal/stream"
)

// Layer is a Transport on top of another one: it gives each stream a handshake,
// whose result is the stream to deliver. It takes these steps:
//
//  1. the Transport below delivers a stream
//  2. Handshake begins, and so does its time limit
//  3. if the limit passes, or the attempt is cancelled, or the listener is stopped,
//     the stream below is closed, so that the handshake fails
//  4. the handshake is done and the timer idle: the result is delivered
type Layer struct {
	Below   Transport
	Timeout time.Duration // of the handshake; 0: none
	// Handshake makes a stream of s, the stream below. It must call done once,
	// not before it returns, and when none of its operations is outstanding. If s
	// is closed meanwhile it must fail. The Layer closes s when the handshake has
	// failed; closing the new stream must close s.
	Handshake func(h Handshake, s stream.Stream, done func(stream.Stream, error))

	maxHandshakes int // for tests; 0: MaxHandshakes
}

// Handshake is what the handshake of a layer knows.
type Handshake struct {
	Dispatcher *proactor.Dispatcher
	Endpoint   endpoint.Endpoint // that was given to Dial or Listen
	Accepted   bool              // this side has accepted the connection, and did not dial
}

var _ Transport = (*Layer)(nil)

// Dial implements Transport.
func (l *Layer) Dial(d *proactor.Dispatcher, ep endpoint.Endpoint, done func(stream.Stream, error)) Attempt {
	a := &layerAttempt{}
	a.below = l.Below.Dial(d, ep, func(s stream.Stream, err error) {
		if err != nil {
			done(nil, err)
			return
		}
		a.handshake = l.begin(Handshake{Dispatcher: d, Endpoint: ep}, s, done)
	})
	return a
}

// layerAttempt is a Dial of a Layer.
type layerAttempt struct {
	below     Attempt
	handshake *handshake // nil until the stream below is there
}

func (a *layerAttempt) Cancel() {
	if a.handshake != nil {
		a.handshake.end(proactor.ErrCanceled)
	} else {
		a.below.Cancel()
	}
}

// Listen implements Transport.
func (l *Layer) Listen(ctx context.Context, d *proactor.Dispatcher, ep endpoint.Endpoint) (Listener, error) {
	below, err := l.Below.Listen(ctx, d, ep)
	if err != nil {
		return nil, err
	}
	return &layerListener{Listener: below, layer: l, about: Handshake{Dispatcher: d, Endpoint: ep, Accepted: true}, handshakes: Handshakes{Max: l.maxHandshakes}}, nil
}

// layerListener is a Listener of a Layer.
type layerListener struct {
	Listener
	Acceptor
	layer      *Layer
	about      Handshake
	handshakes Handshakes
	stopped    func() // not nil once the Listener below is stopped
}

func (l *layerListener) Start(a Acceptor) {
	l.Acceptor = a
	l.Listener.Start(l)
}

// Accepted begins the handshake with a stream of the Listener below.
func (l *layerListener) Accepted(s stream.Stream) {
	from := stream.PeerAddress(s)
	var place *list.Element
	h := l.layer.begin(l.about, s, func(s stream.Stream, err error) {
		l.handshakes.End(place)
		switch {
		case l.stopped != nil:
			l.finishStop()
		case err != nil:
			l.Failed(from, err)
		default:
			l.Acceptor.Accepted(s)
		}
	})
	place = l.handshakes.Begin(h.end)
}

func (l *layerListener) Stop(done func()) {
	l.Listener.Stop(func() {
		l.stopped = done
		l.handshakes.EndAll(proactor.ErrCanceled)
		l.finishStop()
	})
}

func (l *layerListener) finishStop() {
	if l.handshakes.Len() == 0 {
		l.stopped()
	}
}

// handshake is one handshake in progress.
type handshake struct {
	d      *proactor.Dispatcher
	below  stream.Stream
	limit  proactor.Operation
	ended  error // why it is to fail; nil: it is not
	closed bool  // below was closed to make it fail
	over   bool  // the layer has called onDone
	ready  stream.Stream
	err    error // the result, with ready
	done   func(stream.Stream, error)
}

// begin is step 2.
func (l *Layer) begin(about Handshake, below stream.Stream, done func(stream.Stream, error)) *handshake {
	h := &handshake{d: about.Dispatcher, below: below, done: done}
	if l.Timeout > 0 {
		h.limit.Handler = proactor.HandlerFunc(h.onLimit)
		h.d.StartTimer(&h.limit, l.Timeout)
	}
	l.Handshake(about, below, h.onDone)
	return h
}

func (h *handshake) onLimit(op *proactor.Operation) {
	if op.Err() == nil && !h.over {
		h.end(ErrHandshakeTimeout)
	}
	h.deliver()
}

// end is step 3. If the handshake is over already, deliver closes its stream.
func (h *handshake) end(why error) {
	if h.ended == nil {
		h.ended = why
		if !h.over {
			h.closed = true
			_ = h.below.Close()
		}
	}
}

func (h *handshake) onDone(ready stream.Stream, err error) {
	h.over, h.ready, h.err = true, ready, err
	h.d.Cancel(&h.limit)
	h.deliver()
}

// deliver is step 4.
func (h *handshake) deliver() {
	if !h.over || h.limit.Outstanding() {
		return
	}
	if h.ended != nil {
		h.err = h.ended
	}
	if h.err == nil {
		h.done(h.ready, nil)
		return
	}
	if h.ready != nil {
		_ = h.ready.Close()
	} else if !h.closed {
		_ = h.below.Close()
	}
	h.done(nil, failed(h.err))
}

// failed returns err as the Error of a handshake. A layer may have made one that
// says more.
func failed(err error) error {
	if _, ok := err.(*Error); ok {
		return err
	}
	return &Error{Step: StepHandshake, Err: err}
}
