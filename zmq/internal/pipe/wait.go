package pipe

import (
	"context"
	"sync"
	"time"
)

// Waiter is one goroutine that waits for a pipe.
type Waiter struct {
	wake     chan struct{} // holds one token
	next     *Waiter
	listed   bool
	strategy WaitStrategy // its leader is woken with the waiter; may be nil
}

// WaitStrategy is another way to wait: by doing the I/O that ends the wait.
type WaitStrategy interface {
	// Wait waits until w is woken, or until ctx is done, as Waiter.Block does. With
	// lead set the caller may become the leader and do the I/O meanwhile.
	Wait(ctx context.Context, w *Waiter, lead bool) error
	// WakeLeader makes the leader check whether it is still waiting.
	WakeLeader()
	// RunDeferred does what a leader has left for its next wait, if that has waited for
	// age or longer, and reports whether it has. The caller holds no lock.
	RunDeferred(age time.Duration) bool
	// WaitingElsewhere says that a goroutine waits from now on without calling
	// Wait, for the token of a channel.
	WaitingElsewhere()
}

// WakeLeaderToo makes WakeOne call h's WakeLeader after it has woken w. The
// caller holds the lock of w's list.
func (w *Waiter) WakeLeaderToo(h WaitStrategy) { w.strategy = h }

// Done reports whether w was woken.
func (w *Waiter) Done() bool { return len(w.wake) > 0 }

var waiters = sync.Pool{New: func() any { return &Waiter{wake: make(chan struct{}, 1)} }}

// Block blocks until the waiter is woken, or until ctx is done; then it returns
// ctx's error. In either case the caller must still call Forget on its list.
func (w *Waiter) Block(ctx context.Context) error {
	done := ctx.Done()
	if done == nil {
		<-w.wake
		return nil
	}
	select {
	case <-w.wake:
		return nil
	case <-done:
		return ctx.Err()
	}
}

// Waiters is a queue of goroutines that wait for the same thing, first in,
// first out. The caller's lock guards it.
type Waiters struct {
	head, tail *Waiter
	n          int
}

// Len returns the number of waiters.
func (l *Waiters) Len() int { return l.n }

// Add appends a new waiter.
func (l *Waiters) Add() *Waiter {
	w := waiters.Get().(*Waiter)
	w.listed, w.next = true, nil
	if l.tail == nil {
		l.head = w
	} else {
		l.tail.next = w
	}
	l.tail = w
	l.n++
	return w
}

// WakeOne removes the first waiter from the queue and wakes it.
func (l *Waiters) WakeOne() {
	if w := l.head; w != nil {
		l.remove(nil, w)
		w.wake <- struct{}{}
		if w.strategy != nil {
			w.strategy.WakeLeader()
		}
	}
}

// WakeAll wakes all waiters.
func (l *Waiters) WakeAll() {
	for l.head != nil {
		l.WakeOne()
	}
}

// Forget removes w, if it is still queued, and frees it. gaveUp says that its
// wait ended with an error: if it was woken all the same, the next waiter is
// woken in its place.
func (l *Waiters) Forget(w *Waiter, gaveUp bool) {
	switch {
	case w.listed:
		var before *Waiter
		for x := l.head; x != w; x = x.next {
			before = x
		}
		l.remove(before, w)
	case gaveUp:
		l.WakeOne()
	}
	select {
	case <-w.wake:
	default:
	}
	w.strategy = nil
	waiters.Put(w)
}

func (l *Waiters) remove(before, w *Waiter) {
	if before == nil {
		l.head = w.next
	} else {
		before.next = w.next
	}
	if l.tail == w {
		l.tail = before
	}
	w.next, w.listed = nil, false
	l.n--
}
