package proactor

import (
	"context"
	"runtime/pprof"
	"runtime/trace"
)

// labels are goroutine labels for each kind of operation, which a processor
// profile tells handlers apart by: "operation" is the kind. They are made once.
type labels [256]context.Context

func newLabels() *labels {
	var l labels
	for k := range l {
		if name := Kind(k).String(); name != KindNone.String() {
			l[k] = pprof.WithLabels(context.Background(), pprof.Labels("operation", name))
		}
	}
	return &l
}

// handle calls the handler of o: in a region of runtime/trace if a trace is being
// taken, and with labels for the profiler, if there are any. A nil labels just
// calls.
func (l *labels) handle(o *Operation) {
	if l == nil {
		o.Handler.HandleCompletion(o)
		return
	}
	k := o.Kind()
	ctx := l[k]
	if ctx == nil {
		ctx = context.Background()
	}
	pprof.SetGoroutineLabels(ctx)
	defer pprof.SetGoroutineLabels(context.Background())
	defer trace.StartRegion(ctx, "proactor: "+k.String()).End()
	o.Handler.HandleCompletion(o)
}
