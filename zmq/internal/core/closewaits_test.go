package core_test

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/actum-go/actum/zmq/internal/core"
	"github.com/actum-go/actum/zmq/internal/option"
	"github.com/actum-go/actum/zmq/internal/wire"
)

// A second Close returns when the first one is complete, not earlier.
func TestSecondCloseWaits(t *testing.T) {
	s := core.Made(t, wire.PULL, option.Values{})
	if err := s.Bind(t.Context(), "tcp://127.0.0.1:*"); err != nil {
		t.Fatal(err)
	}
	begun, release := make(chan struct{}), make(chan struct{})
	s.HoldStops(begun, release)
	var released atomic.Bool
	var all sync.WaitGroup
	closes := func() {
		if err := s.Close(); err != nil || !released.Load() {
			t.Errorf("Close returns before the socket is closed: %v", err)
		}
	}
	all.Go(closes)
	<-begun
	var second atomic.Bool
	all.Go(func() { closes(); second.Store(true) })
	for !second.Load() && !inProgress("core.(*Socket).awaitShutdown(") {
		runtime.Gosched()
	}
	released.Store(true)
	close(release)
	all.Wait()
}

// Close waits for an Unbind in progress. The endpoint is in no list any more, but
// belongs to the socket until Unbind is done.
func TestCloseDuringUnbind(t *testing.T) {
	s := core.Made(t, wire.PULL, option.Values{})
	if err := s.Bind(t.Context(), "tcp://127.0.0.1:*"); err != nil {
		t.Fatal(err)
	}
	begun, release := make(chan struct{}), make(chan struct{})
	s.HoldStops(begun, release)
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.Unbind(s.LastEndpoint()); err != nil {
			t.Error(err)
		}
	})
	<-begun
	closed := make(chan error, 1)
	all.Go(func() { closed <- s.Close() })
	for len(closed) == 0 && !inProgress("core.(*Socket).awaitEndpointCalls(") {
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
