package pipe_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/actum-go/actum/zmq/internal/pipe"
)

// turn reports whether w's turn has come.
func turn(w *pipe.Waiter) bool { return w.Ready() }

func TestWaitersFirstComeFirstServed(t *testing.T) {
	var l pipe.Waiters
	all := []*pipe.Waiter{l.Add(), l.Add(), l.Add()}
	for i, w := range all {
		if turn(w) {
			t.Fatalf("waiter %d had its turn early", i)
		}
		l.WakeOne()
		if !turn(w) {
			t.Fatalf("waiter %d did not have its turn", i)
		}
	}
	l.WakeOne() // nobody is left
	for _, w := range all {
		if err := w.Wait(context.Background()); err != nil {
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
	if !turn(a) || !turn(b) || l.Len() != 0 {
		t.Fatalf("turns %v, %v; %d left", turn(a), turn(b), l.Len())
	}
	l.Forget(a, false)
	l.Forget(b, false)
}

// Whoever gives up in the queue leaves it: first, middle and last.
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
			if i != leaver && !turn(w) {
				t.Fatalf("waiter %d missed its turn when number %d left", i, leaver)
			}
		}
	}
}

// A turn that came to somebody who gave up at the same moment is not lost.
func TestWaitersPassTheTurnOn(t *testing.T) {
	var l pipe.Waiters
	gone, next := l.Add(), l.Add()
	l.WakeOne()
	l.Forget(gone, true)
	if !turn(next) {
		t.Fatal("the turn is lost")
	}
	l.Forget(next, false)

	done, waits := l.Add(), l.Add()
	l.WakeOne()
	l.Forget(done, false) // it used its turn
	if turn(waits) {
		t.Fatal("the turn was had twice")
	}
	l.Forget(waits, true)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	var l pipe.Waiters
	ctx, cancel := context.WithCancel(context.Background())
	w := l.Add()
	cancel()
	if err := w.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	l.Forget(w, true)
}

// A waiter that is used again has no turn left over from its last use.
func TestWaitersAreUsedAgain(t *testing.T) {
	for range 1000 {
		var l pipe.Waiters
		w := l.Add()
		if turn(w) {
			t.Fatal("a turn of another life")
		}
		l.WakeOne()
		l.Forget(w, true)
	}
}

// rouser is a Helper that only counts.
type rouser struct{ roused int }

func (*rouser) Wait(ctx context.Context, w *pipe.Waiter, _ bool) error { return w.Wait(ctx) }
func (r *rouser) WakeLeader()                                          { r.roused++ }
func (*rouser) WaitingElsewhere()                                      {}

func TestWaitersRouseTheHelper(t *testing.T) {
	var l pipe.Waiters
	r := new(rouser)
	w, other := l.Add(), l.Add()
	w.WakeLeaderToo(r)
	l.WakeAll()
	if r.roused != 1 {
		t.Fatalf("roused %d times, want once", r.roused)
	}
	l.Forget(w, false)
	l.Forget(other, false)
	again := l.Add()
	l.WakeOne()
	if r.roused != 1 {
		t.Fatal("a waiter that was used again rouses the helper of its last use")
	}
	l.Forget(again, false)
}

// Many goroutines take tokens; some give up all the time. All tokens are taken.
func TestWaitersLoseNoTurn(t *testing.T) {
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
				err := w.Wait(ctx)
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
