package zmq_test

import (
	"testing"

	"github.com/actum-go/actum/internal/tuning"
	"github.com/actum-go/actum/zmq"
	"github.com/actum-go/actum/zmq/internal/conformance"
	"github.com/actum-go/actum/zmq/internal/transport/xor"
)

// TestConformance runs the suite over every transport, and over a layer.
func TestConformance(t *testing.T) {
	for _, transport := range []string{"tcp", "ipc", "inproc", xor.Scheme} {
		t.Run(transport, func(t *testing.T) { conformance.Run(t, transport, zmq.ContextOptions{}) })
	}
}

// TestConformanceOfContexts tests the same over tcp, in contexts of other kinds.
func TestConformanceOfContexts(t *testing.T) {
	for name, o := range map[string]zmq.ContextOptions{
		"uring": {Backend: "uring"}, "epoll": {Backend: "epoll"}, "goroutine": {Backend: "goroutine"},
		"three dispatchers":                    {Dispatchers: 3},
		"without the optimizations of writing": tuned(tuning.Options{NoSpeculativeWrite: true, NoGatherWrite: true}),
		"without the optimizations of reading": tuned(tuning.Options{NoReadCoalescing: true, NoTimerStructure: true, NoHandlerMemory: true, NoStrandElision: true, NoLeading: true}),
	} {
		t.Run(name, func(t *testing.T) {
			if c, err := zmq.NewContext(o); err != nil {
				t.Skip(err)
			} else {
				must(t, c.Close())
			}
			conformance.Run(t, "tcp", o)
		})
	}
}

// tuned are the options of a context without some optimizations.
func tuned(t tuning.Options) (o zmq.ContextOptions) {
	tuning.Apply(&o, t)
	return o
}
