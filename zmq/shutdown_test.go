package zmq_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync"
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

// Close waits for an Unbind in progress. The endpoint is in no list any more, but
// belongs to the socket until Unbind is done.
func TestCloseBesideUnbind(t *testing.T) {
	s, err := newContext(t).NewSocket(zmq.PULL, zmq.Options{})
	must(t, err)
	must(t, s.Bind("tcp://127.0.0.1:*"))
	begun, release := make(chan struct{}), make(chan struct{})
	zmq.HoldStops(s, begun, release)
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.Unbind(s.LastEndpoint()); err != nil {
			t.Error(err)
		}
	})
	<-begun
	closed := make(chan error, 1)
	all.Go(func() { closed <- s.Close() })
	for len(closed) == 0 && !inProgress("zmq.(*Socket).awaitEndpointCalls(") {
		runtime.Gosched()
	}
	if len(closed) > 0 {
		t.Error("Close has not waited for Unbind")
	}
	close(release)
	all.Wait()
}

// inProgress reports whether a goroutine is inside the function.
func inProgress(function string) bool {
	buf := make([]byte, 1<<20)
	return bytes.Contains(buf[:runtime.Stack(buf, true)], []byte(function))
}
