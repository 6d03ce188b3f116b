package pipe

import (
	"context"
	"sync"
)

// Waiter is one goroutine that waits for a pipe.
type Waiter struct {
	turn     chan struct{} // holds one token
	next     *Waiter
	listed   bool
	strategy WaitStrategy // to be roused when the waiter's turn comes; nil for nobody
}

// Helper is another way to wait: to bring about what is waited for.
type WaitStrategy interface {
	// Wait waits for w's turn, or until ctx is done, as Waiter.Wait does. With
	// lead set it may be the one who does the I/O meanwhile.
	Wait(ctx context.Context, w *Waiter, lead bool) error
	// Rouse makes who does the I/O look whether it is still waiting.
	WakeLeader()
	// Watched says that somebody waits from now on without calling Wait.
	WaitingElsewhere()
}

// WakeLeaderToo has h roused when w's turn comes. It is called with the lock of
// w's list.
func (w *Waiter) WakeLeaderToo(h WaitStrategy) { w.strategy = h }

// Come reports whether w's turn has come.
func (w *Waiter) Ready() bool { return len(w.turn) > 0 }

var waiters = sync.Pool{New: func() any { return &Waiter{turn: make(chan struct{}, 1)} }}

// Wait waits for the waiter's turn, or until ctx is done, and returns ctx's
// error then. In either case the caller must still call Forget on its list.
func (w *Waiter) Wait(ctx context.Context) error {
	done := ctx.Done()
	if done == nil {
		<-w.turn
		return nil
	}
	select {
	case <-w.turn:
		return nil
	case <-done:
		return ctx.Err()
	}
}

// Waiters is a queue of goroutines that wait for the same thing, first come
// first served. The caller's lock guards it.
type Waiters struct {
	head, tail *Waiter
	n          int
}

// Len is the number of waiters.
func (l *Waiters) Len() int { return l.n }

// Add puts a new waiter at the end.
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

// WakeOne gives the first waiter its turn.
func (l *Waiters) WakeOne() {
	if w := l.head; w != nil {
		l.remove(nil, w)
		w.turn <- struct{}{}
		if w.strategy != nil {
			w.strategy.WakeLeader()
		}
	}
}

// WakeAll gives everybody their turn.
func (l *Waiters) WakeAll() {
	for l.head != nil {
		l.WakeOne()
	}
}

// Forget takes w out, if it is still there, and gives it back. A waiter that
// gave up although its turn had come passes the turn on.
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
	case <-w.turn:
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
