package pipe_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/pipe"
)

// woken reports whether w was woken.
func woken(w *pipe.Waiter) bool { return w.Done() }

func TestWaitersAreWokenInOrder(t *testing.T) {
	var l pipe.Waiters
	all := []*pipe.Waiter{l.Add(), l.Add(), l.Add()}
	for i, w := range all {
		if woken(w) {
			t.Fatalf("waiter %d was woken early", i)
		}
		l.WakeOne()
		if !woken(w) {
			t.Fatalf("waiter %d was not woken", i)
		}
	}
	l.WakeOne() // no waiter is left
	for _, w := range all {
		if err := w.Block(context.Background()); err != nil {
			t.Fatal(err)
		}
		l.Forget(w, false)
	}
	if l.Len() != 0 {
		t.Fatalf("%d left", l.Len())
	}
}

func TestWaitersWakeAll(t *testing.T) {
	var l pipe.Waiters
	a, b := l.Add(), l.Add()
	l.WakeAll()
	if !woken(a) || !woken(b) || l.Len() != 0 {
		t.Fatalf("woken %v, %v; %d left", woken(a), woken(b), l.Len())
	}
	l.Forget(a, false)
	l.Forget(b, false)
}

// A waiter that gives up leaves the queue: the first, the middle and the last
// one.
func TestWaitersGiveUp(t *testing.T) {
	for leaver := range 3 {
		var l pipe.Waiters
		all := []*pipe.Waiter{l.Add(), l.Add(), l.Add()}
		l.Forget(all[leaver], true)
		if l.Len() != 2 {
			t.Fatalf("%d left without number %d", l.Len(), leaver)
		}
		later := l.Add()
		l.WakeAll()
		for i, w := range append(all, later) {
			if i != leaver && !woken(w) {
				t.Fatalf("waiter %d was not woken when number %d left", i, leaver)
			}
		}
	}
}

// A wake-up of a waiter that gave up at the same moment is passed on.
func TestWaitersPassTheWakeUpOn(t *testing.T) {
	var l pipe.Waiters
	gone, next := l.Add(), l.Add()
	l.WakeOne()
	l.Forget(gone, true)
	if !woken(next) {
		t.Fatal("the wake-up is lost")
	}
	l.Forget(next, false)

	done, waits := l.Add(), l.Add()
	l.WakeOne()
	l.Forget(done, false) // it used its wake-up
	if woken(waits) {
		t.Fatal("two waiters were woken")
	}
	l.Forget(waits, true)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	var l pipe.Waiters
	ctx, cancel := context.WithCancel(context.Background())
	w := l.Add()
	cancel()
	if err := w.Block(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	l.Forget(w, true)
}

// A waiter that is reused has no token left over from its last use.
func TestWaitersAreUsedAgain(t *testing.T) {
	for range 1000 {
		var l pipe.Waiters
		w := l.Add()
		if woken(w) {
			t.Fatal("woken by a token of an earlier use")
		}
		l.WakeOne()
		l.Forget(w, true)
	}
}

// fakeLeader is a WaitStrategy that only counts.
type fakeLeader struct{ woken int }

func (*fakeLeader) Wait(ctx context.Context, w *pipe.Waiter, _ bool) error { return w.Block(ctx) }
func (r *fakeLeader) WakeLeader()                                          { r.woken++ }
func (*fakeLeader) WaitingElsewhere()                                      {}
func (*fakeLeader) RunDeferred(time.Duration) bool                         { return false }

func TestWaitersWakeTheLeader(t *testing.T) {
	var l pipe.Waiters
	r := new(fakeLeader)
	w, other := l.Add(), l.Add()
	w.WakeLeaderToo(r)
	l.WakeAll()
	if r.woken != 1 {
		t.Fatalf("leader woken %d times, want once", r.woken)
	}
	l.Forget(w, false)
	l.Forget(other, false)
	again := l.Add()
	l.WakeOne()
	if r.woken != 1 {
		t.Fatal("a waiter that was used again wakes the leader of its last use")
	}
	l.Forget(again, false)
}

// Many goroutines take tokens; some give up all the time. No token is lost.
func TestWaitersLoseNoToken(t *testing.T) {
	const tokens, takers = 2000, 4
	var mu sync.Mutex
	var l pipe.Waiters
	available, taken := 0, 0
	impatient, cancel := context.WithCancel(context.Background())
	cancel()
	var done sync.WaitGroup
	for i := range takers {
		done.Go(func() {
			ctx := context.Background()
			if i == 0 {
				ctx = impatient
			}
			for {
				mu.Lock()
				if taken == tokens {
					l.WakeAll()
					mu.Unlock()
					return
				}
				if available > 0 {
					available--
					taken++
					if available > 0 {
						l.WakeOne()
					}
					mu.Unlock()
					continue
				}
				w := l.Add()
				mu.Unlock()
				err := w.Block(ctx)
				mu.Lock()
				l.Forget(w, err != nil)
				mu.Unlock()
			}
		})
	}
	for range tokens {
		mu.Lock()
		available++
		l.WakeOne()
		mu.Unlock()
	}
	done.Wait()
}

// A goroutine that waits without a deadline consumes the token that wakes it.
func TestWaitWithoutALimit(t *testing.T) {
	var l pipe.Waiters
	w := l.Add()
	woken := make(chan bool)
	go func() {
		err := w.Block(context.Background())
		woken <- err == nil && !w.Done()
	}()
	l.WakeOne()
	if !<-woken {
		t.Error("the token was not consumed")
	}
	l.Forget(w, false)
}
