package pattern

import (
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// The fast path of a receive: the next messages of the only peer that has any
// are published as a Run, so that receivers take them without the receive lock.
//
// A goroutine that takes the receive lock first revokes the Run, so that the
// state under the lock is as if there had been none: the messages that were not
// taken are back in their In. When another peer has a message, receivers do not
// use a Run that is still published, because the next message may be that
// peer's.

// publish publishes the messages that follow in in, from which a message was
// just received, if no other In is active, no waiter must be woken for each
// message, and the receiver does not take them now (RecvBatch).
func (q *fairQueue) publish(in *pipe.In, wanted func(topic []byte) bool) {
	if q.inBatch || len(q.active) > 1 || q.hasNewlyReady.Load() || q.waiting.Load() > 0 || q.notEmpty.wanted() {
		return
	}
	if r := in.Publish(wanted); r != nil {
		q.published = in
		q.fastPath.Store(r)
	}
}

// revoke takes back the published messages that were not received.
func (q *fairQueue) revoke() {
	if q.published == nil {
		return
	}
	q.sinceWait += q.published.Return(q.fastPath.Load())
	q.published = nil
	q.fastPath.Store(nil)
}
