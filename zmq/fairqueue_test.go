package zmq_test

import (
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// Two peers that always have messages are served alternately, exactly so over
// inproc, where nothing arrives late.
func TestFairQueueIsExact(t *testing.T) {
	f := newFixture(t, "inproc")
	pull := f.Socket(zmq.PULL, zmq.Options{})
	a, b := f.Socket(zmq.PUSH, zmq.Options{}), f.Socket(zmq.PUSH, zmq.Options{})
	f.Link(pull, a, b)
	for range 20 {
		f.Send(a, "a")
	}
	for range 10 {
		f.Send(b, "b")
	}
	got := ""
	for range 30 {
		got += f.Recv(pull)
	}
	if want := strings.Repeat("ab", 10) + strings.Repeat("a", 10); got != want {
		t.Fatalf("received in the order %s, want %s", got, want)
	}
}
