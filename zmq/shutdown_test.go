package zmq_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq"
)

// A Shutdown during a Close that waits for messages ends both when its time has
// passed.
func TestShutdownHurriesAClose(t *testing.T) {
	c := newContext(t)
	s, err := c.NewSocket(zmq.PUSH, zmq.Options{}) // lingers for ever
	must(t, err)
	must(t, s.Connect("inproc://nobody"))
	must(t, s.SendBytes(context.Background(), []byte("x")))
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	for !errors.Is(s.TrySend(zmq.NewMsg(nil)), zmq.ErrClosed) { // until Close has begun
		runtime.Gosched()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Shutdown: %v", err)
	}
	if err := <-closed; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
}
