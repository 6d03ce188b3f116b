package zmq_test

import (
	"runtime"
	"testing"

	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/zmq"
)

// maxIdle is the most that one end of an idle connection may take, in bytes of heap and
// stacks. The goroutine backend has a goroutine for each direction of a stream.
func maxIdle(backend string) int {
	if backend == "goroutine" {
		return 12 << 10
	}
	return 4 << 10
}

// A connection that was used, and is idle, takes little memory: no operations but
// the outstanding read, and no buffers but that read's.
func TestIdleConnectionMemory(t *testing.T) {
	if racecheck.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, typ := range [][2]zmq.Type{{zmq.PUSH, zmq.PULL}, {zmq.DEALER, zmq.ROUTER}, {zmq.PUB, zmq.SUB}} {
		t.Run(typ[0].String(), func(t *testing.T) {
			const connections = 500 // so that a stack that grows meanwhile does not count
			f := newFixture(t, "tcp")
			bound := f.Socket(typ[1], zmq.Options{})
			if typ[1] == zmq.SUB {
				must(t, bound.Subscribe(""))
			}
			to := make([]string, connections) // each its own: DEALER and PUB connect to an endpoint once
			for i := range to {
				to[i] = f.Bind(bound)
			}
			talker := f.Socket(typ[0], zmq.Options{})
			before := inUse()
			for i := range connections {
				must(t, talker.Connect(to[i]))
				f.Peers(bound, i+1)
			}
			f.Peers(talker, connections)
			words := connections
			if typ[0] == zmq.PUB {
				f.Subscribed(talker, connections)
				words = 1 // to all
			}
			for range words {
				f.Send(talker, "a word")
			}
			for range connections {
				m, err := bound.Recv(f.Ctx)
				must(t, err)
				m.Release()
			}
			each := (inUse() - before) / (2 * connections)
			t.Logf("%d bytes", each)
			if limit := maxIdle(f.Sockets.Backend().Name); each > limit {
				t.Errorf("one end of an idle connection takes %d bytes, more than %d", each, limit)
			}
		})
	}
}

// inUse is the size of the heap and the stacks, in bytes.
func inUse() int {
	var m runtime.MemStats
	for range 3 { // pools take two to empty
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}
