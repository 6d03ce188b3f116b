package proactor_test

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/replay"
)

// While a journal is written, what another goroutine asks for is done when the
// dispatcher looks for completions: not earlier, and once.
func TestRequestsOfAJournal(t *testing.T) {
	tests := map[string]func(t *testing.T, d *proactor.Dispatcher) requested{
		"post": func(_ *testing.T, d *proactor.Dispatcher) requested {
			return requested{ask: d.Post, kind: proactor.KindPost}
		},
		"timer": func(_ *testing.T, d *proactor.Dispatcher) requested {
			return requested{ask: func(op *proactor.Operation) { d.StartTimer(op, 0) }, kind: proactor.KindTimer}
		},
		"timer at": func(_ *testing.T, d *proactor.Dispatcher) requested {
			return requested{ask: func(op *proactor.Operation) { d.StartTimerAt(op, 0) }, kind: proactor.KindTimer}
		},
		"alarm": func(_ *testing.T, d *proactor.Dispatcher) requested {
			return requested{ask: func(op *proactor.Operation) { d.StartAlarm(op, time.Time{}) }, kind: proactor.KindTimer}
		},
		"cancel": func(_ *testing.T, d *proactor.Dispatcher) requested {
			return requested{start: hour(d), ask: d.Cancel, kind: proactor.KindTimer, err: proactor.ErrCanceled}
		},
		"cancel all": func(_ *testing.T, d *proactor.Dispatcher) requested {
			return requested{start: hour(d), ask: func(*proactor.Operation) { d.CancelAll() }, kind: proactor.KindTimer, err: proactor.ErrCanceled}
		},
		"cancel a group": func(_ *testing.T, d *proactor.Dispatcher) requested {
			var g proactor.CancelGroup
			return requested{
				start: func(op *proactor.Operation) {
					op.SetCancelGroup(&g)
					d.StartTimer(op, time.Hour)
				},
				ask: func(*proactor.Operation) { g.Cancel() }, kind: proactor.KindTimer, err: proactor.ErrCanceled,
			}
		},
		"cancel on a handle": func(t *testing.T, d *proactor.Dispatcher) requested {
			h, _ := connectedPair(t, d, "tcp")
			return requested{
				start: func(op *proactor.Operation) { h.Read(op, make([]byte, 1)) },
				ask:   func(*proactor.Operation) { h.Cancel() }, kind: proactor.KindRead, err: proactor.ErrCanceled,
			}
		},
		"cancel waits for signals": func(t *testing.T, d *proactor.Dispatcher) requested {
			set := signalSet(t, d)
			return requested{start: set.Wait, ask: func(*proactor.Operation) { set.Cancel() }, kind: proactor.KindSignal, err: proactor.ErrCanceled}
		},
		"complete": func(_ *testing.T, d *proactor.Dispatcher) requested {
			var c proactor.Completion
			return requested{
				start: func(op *proactor.Operation) { c = d.StartExternal(op, nil) },
				ask:   func(*proactor.Operation) { c.Complete(1, nil) }, kind: proactor.KindExternal,
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDispatcher(t, proactor.Options{Backend: replay.ToJournal(new(bytes.Buffer), proactor.Named("goroutine"))})
			test(t, d).check(t, d)
		})
	}
}

// requested is something that a goroutine asks for, and the completion that it leads to.
type requested struct {
	start func(*proactor.Operation) // starts the operation again and again; nil: ask starts it
	ask   func(*proactor.Operation)
	kind  proactor.Kind
	err   error
}

func (r requested) check(t *testing.T, d *proactor.Dispatcher) {
	t.Helper()
	calls := 0
	closing := false
	op := proactor.Operation{Handler: proactor.HandlerFunc(func(op *proactor.Operation) {
		if closing {
			return
		}
		calls++
		if op.Kind() != r.kind || !errors.Is(op.Err(), r.err) {
			t.Errorf("%v completes with %v", op.Kind(), op.Err())
		}
		if r.start != nil {
			r.start(op)
		}
	})}
	poll := func() {
		if _, err := d.Poll(); err != nil {
			t.Fatal(err)
		}
	}
	poll() // from now on this goroutine dispatches
	if r.start != nil {
		r.start(&op)
		poll()
	}
	asked := make(chan bool)
	go func() {
		r.ask(&op)
		close(asked)
	}()
	<-asked
	for calls == 0 {
		poll()
	}
	for range 20 { // longer than a second effect would take
		poll()
	}
	if calls != 1 {
		t.Errorf("one request has %d effects", calls)
	}
	closing = true
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// hour starts a timer that does not expire during the test.
func hour(d *proactor.Dispatcher) func(*proactor.Operation) {
	return func(op *proactor.Operation) { d.StartTimer(op, time.Hour) }
}

// signalSet makes a set of a signal that does not come.
func signalSet(t *testing.T, d *proactor.Dispatcher) *proactor.SignalSet {
	t.Helper()
	set, err := d.Signals(os.Interrupt)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
