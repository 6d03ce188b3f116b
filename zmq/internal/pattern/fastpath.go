package pattern

import (
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// A loan is the short way to receive: the next messages of the only peer that
// has any, laid out so that receivers take them without the lock.
//
// Whoever takes the receive lock ends the loan first, so that what the lock
// guards never knows of it: the messages that were not taken are back where they
// came from. A loan that is not ended bars the short way when another peer has
// something: it is not for the loan to say whose turn it is then.

// lend starts a loan if what follows is all in's, and nobody has to be told of
// each message. in has just been received from.
func (q *fairQueue) publish(in *pipe.In, wanted func(topic []byte) bool) {
	if len(q.active) > 1 || q.hasNewlyReady.Load() || q.waiting.Load() > 0 || q.notEmpty.wanted() {
		return
	}
	if r := in.Publish(wanted); r != nil {
		q.published = in
		q.fastPath.Store(r)
	}
}

// settle ends the loan.
func (q *fairQueue) revoke() {
	if q.published == nil {
		return
	}
	q.sinceWait += q.published.Return(q.fastPath.Load())
	q.published = nil
	q.fastPath.Store(nil)
}
