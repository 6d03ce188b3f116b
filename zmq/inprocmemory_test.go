package zmq_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/actum-go/actum/zmq"
)

// What a stream over inproc leaves for the collector is little beside what it carries:
// the memory that its batches lie in is used again.
func TestInprocMemoryIsUsedAgain(t *testing.T) {
	for _, size := range []int{256, 512, 1024} {
		f := newFixture(t, "inproc")
		body := make([]byte, size)
		run := f.stream(func(ctx context.Context, push *zmq.Socket) error { return push.Send(ctx, zmq.NewMsg(body)) })
		for range 10 {
			run()
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		const rounds = 50
		for range rounds {
			run()
		}
		runtime.ReadMemStats(&after)
		if perMessage := int(after.TotalAlloc-before.TotalAlloc) / (rounds * messagesPerRun); perMessage >= size {
			t.Errorf("%d bytes are allocated for a message of %d", perMessage, size)
		}
	}
}
