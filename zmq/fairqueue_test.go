package zmq_test

import (
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// Two peers that always have messages are served alternately, exactly so over
// inproc, where nothing arrives late.
func TestFairQueueIsExact(t *testing.T) {
	r := newFixture(t, "inproc")
	pull := r.Socket(zmq.PULL, zmq.Options{})
	a, b := r.Socket(zmq.PUSH, zmq.Options{}), r.Socket(zmq.PUSH, zmq.Options{})
	r.Link(pull, a, b)
	for range 20 {
		r.Send(a, "a")
	}
	for range 10 {
		r.Send(b, "b")
	}
	got := ""
	for range 30 {
		got += r.Recv(pull)
	}
	if want := strings.Repeat("ab", 10) + strings.Repeat("a", 10); got != want {
		t.Fatalf("received in the order %s, want %s", got, want)
	}
}
