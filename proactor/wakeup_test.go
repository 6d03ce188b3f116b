package proactor

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// onEachRunning runs f beside Run, on a dispatcher for each backend that works here
// and each way to dispatch.
func onEachRunning(t *testing.T, f func(t *testing.T, ctx context.Context, d *Dispatcher)) {
	t.Helper()
	test := func(t *testing.T, o Options) {
		d, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		ran := make(chan error, 1)
		go func() { ran <- d.Run() }()
		f(t, ctx, d)
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ran; err != ErrClosed {
			t.Error("Run:", err)
		}
	}
	onEachWaiting(t, func(t *testing.T, o Options) {
		test(t, o)
		if o.WaitMode == WaitParked {
			o.Pool.Min = 2
			t.Run("pool", func(t *testing.T) { test(t, o) })
		}
	})
}

// awaitParked returns when the dispatcher waits, or has chosen its deadline and is
// about to wait.
func awaitParked(t *testing.T, ctx context.Context, d *Dispatcher) {
	t.Helper()
	for !d.parked.Load() {
		if ctx.Err() != nil {
			t.Fatal("the dispatcher does not park")
		}
		runtime.Gosched()
	}
}

// TestEarlierDeadlineFromAnotherGoroutine: an operation that another goroutine
// starts, and that has the earliest deadline, ends in time although the dispatcher
// is already waiting, for longer or without a deadline.
func TestEarlierDeadlineFromAnotherGoroutine(t *testing.T) {
	for _, later := range []bool{false, true} {
		onEachRunning(t, func(t *testing.T, ctx context.Context, d *Dispatcher) {
			r, w, err := d.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close()
			if later && d.Backend().Name != "sim" { // its clock would jump to that time
				last := Operation{Handler: HandlerFunc(func(*Operation) {})}
				d.StartTimer(&last, 24*time.Hour)
			}
			for name, start := range map[string]func(*Operation){
				"timer":  func(op *Operation) { d.StartTimer(op, time.Millisecond) },
				"ticker": func(op *Operation) { d.StartTicker(op, time.Millisecond) },
				"read":   func(op *Operation) { op.SetTimeout(time.Millisecond); r.Read(op, make([]byte, 1)) },
				"moment": func(op *Operation) {
					op.SetDeadline(time.Now().Add(time.Millisecond))
					r.Read(op, make([]byte, 1))
				},
				"user": func(op *Operation) { op.SetTimeout(time.Millisecond); d.StartExternal(op, nil) },
				"timer that runs out of time": func(op *Operation) {
					op.SetTimeout(time.Millisecond)
					d.StartTimer(op, time.Hour)
				},
			} {
				for range 5 {
					var once sync.Once
					done := make(chan error)
					op := Operation{Handler: HandlerFunc(func(op *Operation) {
						if op.Err() == nil && name == "ticker" {
							d.Cancel(op)
						}
						once.Do(func() { done <- op.Err() })
					})}
					awaitParked(t, ctx, d)
					start(&op)
					select {
					case err := <-done:
						if want := name != "timer" && name != "ticker"; errors.Is(err, ErrDeadlineExceeded) != want {
							t.Errorf("%s: %v", name, err)
						}
					case <-ctx.Done():
						t.Fatalf("%s: the waiting dispatcher was not woken for the new deadline", name)
					}
				}
			}
		})
	}
}

// waits counts the calls of a backend's Wait that do not block.
type waits struct {
	backend.Backend
	without atomic.Int32 // calls that did not block, since the last one that did
	waited  atomic.Int32
}

func (w *waits) Wait(deadline time.Duration) *backend.Op {
	if deadline == 0 {
		w.without.Add(1)
	} else {
		w.without.Store(0)
		w.waited.Add(1)
	}
	return w.Backend.Wait(deadline)
}

// A call that has ended one Run does not keep the next Run from waiting, or it would
// spin.
func TestRunWaitsAfterStop(t *testing.T) {
	onEachWaiting(t, func(t *testing.T, o Options) {
		for name, end := range map[string]func(*testing.T, *Dispatcher){
			"Stop": func(t *testing.T, d *Dispatcher) {
				d.Stop()
				if err := d.Run(); err != nil {
					t.Error(err)
				}
			},
			"Stop of RunOne": func(t *testing.T, d *Dispatcher) {
				d.Stop()
				if _, err := d.RunOne(context.Background()); err != ErrStopped {
					t.Error(err)
				}
			},
			"context of RunOne": func(t *testing.T, d *Dispatcher) {
				ctx, cancel := context.WithCancel(context.Background())
				go cancel()
				if _, err := d.RunOne(ctx); err != context.Canceled {
					t.Error(err)
				}
			},
			"Rouse": func(_ *testing.T, d *Dispatcher) { d.WakeLeader() },
			"Poll after Stop": func(t *testing.T, d *Dispatcher) {
				d.Stop()
				if _, err := d.Poll(); err != nil {
					t.Error(err)
				}
			},
		} {
			t.Run(name, func(t *testing.T) {
				d, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				defer d.Close()
				counted := &waits{Backend: d.backend}
				d.backend = counted
				end(t, d)
				counted.waited.Store(0)
				counted.without.Store(0)
				ran := make(chan error, 1)
				go func() { ran <- d.Run() }()
				for counted.waited.Load() == 0 && counted.without.Load() < 100 {
					runtime.Gosched()
				}
				if n := counted.without.Load(); n >= 100 {
					t.Errorf("Run has called Wait %d times without blocking", n)
				}
				d.Stop()
				if err := <-ran; err != nil {
					t.Error(err)
				}
			})
		}
	})
}

// watched is a context that counts its AfterFunc registrations.
type watched struct {
	context.Context
	watchers atomic.Int32
	most     atomic.Int32
}

func newWatched() (*watched, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	return &watched{Context: ctx}, cancel
}

// Value hides that the context is one of package context, which registers with those
// in another way.
func (w *watched) Value(any) any { return nil }

// AfterFunc is what context.AfterFunc calls.
func (w *watched) AfterFunc(f func()) (stop func() bool) {
	w.most.Store(max(w.most.Load(), w.watchers.Add(1)))
	stopped := context.AfterFunc(w.Context, f)
	return func() bool {
		ok := stopped()
		if ok {
			w.watchers.Add(-1)
		}
		return ok
	}
}

// Operations that have ended are not registered with a long-lived context any more, or
// each would leave a registration behind.
func TestContextIsNotWatchedAfterwards(t *testing.T) {
	onEachWaiting(t, func(t *testing.T, o Options) {
		d, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		ctx, cancel := newWatched()
		defer cancel()
		r, w, err := d.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		op := Operation{Handler: HandlerFunc(func(*Operation) { calls++ })}
		op.SetContext(ctx)
		write := Operation{Handler: HandlerFunc(func(*Operation) {})} // not watched
		until := func(n int) {
			t.Helper()
			for calls < n || write.Outstanding() {
				if _, err := d.RunOne(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if n := ctx.watchers.Load(); n != 0 {
				t.Errorf("%d registrations after the operation", n)
			}
		}
		for i := range 10 {
			calls = 0
			d.StartTimer(&op, 0)
			until(1)
			r.Read(&op, make([]byte, 1))
			w.Write(&write, []byte("x")) // TryWrite would block on a pipe of Windows
			until(2)
			r.Read(&op, make([]byte, 1))
			d.Cancel(&op)
			until(3)
			d.StartExternal(&op, nil).Complete(i, nil)
			until(4)
			op.SetTimeout(-1)
			r.Read(&op, make([]byte, 1))
			until(5)
			op.SetTimeout(0)
		}
		if ctx.most.Load() != 2 {
			t.Errorf("%d registrations at a time, want 2: the operation and RunOne", ctx.most.Load())
		}
	})
}
