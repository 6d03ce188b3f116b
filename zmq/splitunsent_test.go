package zmq

import (
	"context"
	"errors"
	"testing"
)

// Shutdown of a context adds up what its sockets could not send, and keeps other
// errors.
func TestSplitUnsent(t *testing.T) {
	other, another := errors.New("other"), errors.New("another")
	of := func(n int) error { return &UnsentError{Of: "PUSH", Messages: n, Err: context.Canceled} }
	for _, tt := range []struct {
		err      error
		messages int
		rest     []error
	}{
		{nil, 0, nil},
		{other, 0, []error{other}},
		{errors.Join(of(2), of(3)), 5, nil},
		{errors.Join(of(2), other, of(1), another), 3, []error{other, another}},
	} {
		all := UnsentError{}
		rest := splitUnsent(tt.err, &all)
		if all.Messages != tt.messages || (all.Err != nil) != (tt.messages > 0) || (rest == nil) != (tt.rest == nil) {
			t.Errorf("%v: %d messages, %v, and %v", tt.err, all.Messages, all.Err, rest)
		}
		for _, want := range tt.rest {
			if !errors.Is(rest, want) {
				t.Errorf("%v: the rest is %v", tt.err, rest)
			}
		}
	}
}

// NewSocket returns the reason why there is no default context.
func TestNoDefaultContext(t *testing.T) {
	kept, failure := defaultContext, errors.New("no dispatcher")
	defer func() { defaultContext = kept }()
	defaultContext = func() (*Context, error) { return nil, failure }
	if s, err := NewSocket(PULL, Options{}); s != nil || !errors.Is(err, failure) {
		t.Errorf("%v, %v", s, err)
	}
}
