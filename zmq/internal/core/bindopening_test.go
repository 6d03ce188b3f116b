package core

import (
	"context"
	"testing"

	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// countingContext is a context that counts what is registered to be called at its end.
type countingContext struct {
	context.Context
	now, all int
}

// Value hides that the context is one of package context's, which registers those in
// another way.
func (e *countingContext) Value(any) any { return nil }

// AfterFunc is called by context.AfterFunc.
func (e *countingContext) AfterFunc(f func()) (stop func() bool) {
	e.now++
	e.all++
	stopped := context.AfterFunc(e.Context, f)
	return func() bool {
		e.now--
		return stopped()
	}
}

// A Bind ends early when the socket is closed, and leaves nothing to be called then
// once it has returned.
func TestBindEndsWithTheSocket(t *testing.T) {
	s := Made(t, wire.PULL, option.Values{})
	e := &countingContext{Context: s.opening}
	s.opening = e
	if err := s.Bind(t.Context(), "tcp://127.0.0.1:*"); err != nil {
		t.Fatal(err)
	}
	if e.all != 1 || e.now != 0 {
		t.Errorf("%d calls were registered for the socket's end, and %d are left; want 1 and none", e.all, e.now)
	}
}
