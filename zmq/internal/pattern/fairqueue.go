package pattern

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// fairQueue receives from all peers that have messages, one message from each
// in turn (RFC 30, "fair-queue"). Messages of one connection of a peer are
// received before those of its next connection.
//
// The socket's receive lock guards active and next. mu guards the Ins that have
// become readable since, and the waiting goroutines, so that a goroutine that
// brings a message never waits for a receiver.
type fairQueue struct {
	active    []*pipe.In
	next      int
	sinceWait int  // messages since a receiver last waited
	local     bool // the last one came over inproc
	inBatch   bool // the receiver takes messages as a batch: see recvbatch.go
	cfg       *Config
	published *pipe.In // the In whose messages are published; nil if there is none

	fastPath      atomic.Pointer[message.Run] // see publish; changed under the receive lock
	hasNewlyReady atomic.Bool                 // newlyReady is not empty: saves taking the lock
	waiting       atomic.Int32

	mu         sync.Mutex
	newlyReady []*pipe.In
	waiters    pipe.Waiters
	notEmpty   signal
}

// addReady adds an In that has become readable. Any goroutine may call it.
func (q *fairQueue) addReady(in *pipe.In) {
	q.mu.Lock()
	q.newlyReady = append(q.newlyReady, in)
	q.hasNewlyReady.Store(true)
	q.waiters.WakeOne()
	q.waiting.Store(int32(q.waiters.Len()))
	q.mu.Unlock()
	q.notEmpty.raise()
}

// recv reads a message from the next peer in turn, and returns its In; nil if
// no peer has a message.
func (q *fairQueue) recv() (message.Msg, *pipe.In) {
	for {
		if q.hasNewlyReady.Load() {
			q.admit()
		}
		if len(q.active) == 0 {
			return message.Msg{}, nil
		}
		if q.next >= len(q.active) {
			q.next = 0
		}
		in := q.active[q.next]
		if m, ok := in.Next(); ok {
			q.next++
			q.sinceWait++
			q.local = in.Local
			return m, in
		}
		q.removeCurrent(in)
	}
}

// removeCurrent removes the current In, which is empty. The In of the peer's
// next connection takes its place.
func (q *fairQueue) removeCurrent(in *pipe.In) {
	in.Active = false
	if next := in.Following; next != nil {
		in.Following = nil
		q.active[q.next] = next
		return
	}
	q.active = slices.Delete(q.active, q.next, q.next+1)
}

// admit moves the newly readable Ins to the active ones.
func (q *fairQueue) admit() {
	q.mu.Lock()
	for _, in := range q.newlyReady {
		before := in.Previous
		in.Active, in.Previous = true, nil
		if before != nil && before.Active {
			before.Following = in
		} else {
			q.active = append(q.active, in)
		}
	}
	clear(q.newlyReady)
	q.newlyReady = q.newlyReady[:0]
	q.hasNewlyReady.Store(false)
	q.mu.Unlock()
}

// receive is recv for the types that do not look at messages.
func (q *fairQueue) receive() (message.Msg, error) {
	m, in := q.recv()
	if in == nil {
		return message.Msg{}, ErrWouldBlock
	}
	q.publish(in, nil)
	return m, nil
}

// sparseRun is the number of messages between two waits up to which they count
// as sparse: as many as a few hundred peers send in a burst, or have in flight, and
// as come while the receiver handles them.
const sparseRun = 20_000

// localRun is sparseRun over inproc, where no I/O brings the next message: a
// receiver that finds nothing yields to the sender before it sleeps.
const localRun = 4

// sparse reports whether few messages have come since the last wait.
func (q *fairQueue) sparse() bool {
	if q.local {
		return q.sinceWait <= localRun
	}
	return q.sinceWait <= sparseRun
}

// mayHaveMore reports whether another message is probably there, and a
// goroutine waits for it or for the readiness channel.
func (q *fairQueue) mayHaveMore() bool {
	return (q.waiting.Load() > 0 || q.notEmpty.wanted()) && (len(q.active) > 0 || q.hasNewlyReady.Load())
}

// wakeNext is called when a message was received and there may be more: it
// wakes the next waiter and keeps the readiness raised.
func (q *fairQueue) wakeNext() {
	q.mu.Lock()
	q.waiters.WakeOne()
	q.waiting.Store(int32(q.waiters.Len()))
	q.mu.Unlock()
	q.notEmpty.raise()
}

// wait adds the caller, which has found nothing, to the waiters. If a message
// has come meanwhile a waiter is woken at once. sparse reports whether messages
// come one by one or in bursts: then it pays that the waiting goroutine does
// the I/O. A stream is better served by two goroutines.
func (q *fairQueue) wait() (w *pipe.Waiter, sparse bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	w = q.waiters.Add()
	sparse = q.sparse()
	q.sinceWait = 0
	if sparse && q.cfg.WaitStrategy != nil {
		w.WakeLeaderToo(q.cfg.WaitStrategy)
	}
	if len(q.newlyReady) > 0 {
		q.waiters.WakeOne()
	}
	q.waiting.Store(int32(q.waiters.Len()))
	return w, sparse && !q.local // over inproc there is no I/O to do
}

// await waits until w is woken, which means that another try may succeed, or
// until ctx is done. With lead set the caller may do the I/O meanwhile.
func (q *fairQueue) await(ctx context.Context, w *pipe.Waiter, lead bool) error {
	err := q.cfg.wait(ctx, w, lead)
	q.mu.Lock()
	q.waiters.Forget(w, err != nil)
	q.waiting.Store(int32(q.waiters.Len()))
	q.mu.Unlock()
	return err
}

// close wakes all waiters, which then find out that the socket is closed.
func (q *fairQueue) close() {
	q.mu.Lock()
	q.waiters.WakeAll()
	q.waiting.Store(0)
	q.mu.Unlock()
	q.notEmpty.raise()
}
