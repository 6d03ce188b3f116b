package proactor

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// withoutDescriptors is a backend whose first accept fails because descriptors have run
// out. again is called before the next one begins.
type withoutDescriptors struct {
	backend.Backend
	failed  *backend.Op
	accepts int
	again   func()
}

func (w *withoutDescriptors) Start(op *backend.Op) {
	if op.Kind == backend.KindAccept {
		switch w.accepts++; w.accepts {
		case 1:
			op.Err, w.failed = backend.EMFILE, op
			w.Wake()
			return
		case 2:
			w.again()
		}
	}
	w.Backend.Start(op)
}

func (w *withoutDescriptors) Wait(deadline time.Duration) *backend.Op {
	if op := w.failed; op != nil {
		w.failed, op.Next = nil, nil
		return op
	}
	return w.Backend.Wait(deadline)
}

// An accept that is tried again ends if its context has ended just before the backend
// got it.
func TestAcceptEndsWhileItIsTriedAgain(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	var result error
	op := Operation{Handler: HandlerFunc(func(op *Operation) { result = op.Err() })}
	op.SetContext(ctx)
	w := &withoutDescriptors{Backend: d.backend, again: func() {
		cancel(stop)
		for noticed := false; !noticed; runtime.Gosched() {
			d.mu.Lock()
			noticed = op.settings.Load().reason != nil
			d.mu.Unlock()
		}
	}}
	d.backend = w
	l.AcceptMultishot(&op)
	for op.Outstanding() {
		if _, err := d.RunOne(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !errors.Is(result, stop) || w.accepts != 2 {
		t.Errorf("after %d accepts: %v, want %v", w.accepts, result, stop)
	}
}

// The time between two attempts doubles up to a bound, each time that it has passed. A
// wait that has ended early does not count.
func TestBackoffDelays(t *testing.T) {
	d := new(Dispatcher)
	d.backoff.delay = minBackoff
	d.backoff.hasWaiting.Store(true)
	var timer Operation
	for want := minBackoff; want < 4*maxBackoff; want *= 2 {
		if got := d.backoff.delay; got != min(want, maxBackoff) {
			t.Errorf("the delay is %v, want %v", got, min(want, maxBackoff))
		}
		timer.op.Err = ErrCanceled
		(*retry)(d).HandleCompletion(&timer)
		timer.op.Err = nil
		(*retry)(d).HandleCompletion(&timer)
	}
	if d.backoff.hasWaiting.Load() {
		t.Error("accepts that were tried again still wait")
	}
}
