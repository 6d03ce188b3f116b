package zmq

import (
	"errors"
	"testing"
)

// NewSocket returns the reason why there is no default context.
func TestNoDefaultContext(t *testing.T) {
	kept, failure := defaultContext, errors.New("no dispatcher")
	defer func() { defaultContext = kept }()
	defaultContext = func() (*Context, error) { return nil, failure }
	if s, err := NewSocket(PULL, Options{}); s != nil || !errors.Is(err, failure) {
		t.Errorf("%v, %v", s, err)
	}
}
