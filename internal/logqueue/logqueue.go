// Package logqueue keeps a program's logger away from the goroutines that do I/O.
// A logger is code of the program's: it may be slow, wait for a lock, or close the
// very thing that logs. So records are queued, and the program's logger is called
// by a goroutine of its own, with no lock held.
//
// # What both sides promise
//
//   - A call of the wrapped logger never blocks and never calls code of the
//     program's. Any goroutine may make it, with any locks held.
//   - Records reach the program's handler one at a time, in the order of the calls.
//   - At most [Limit] records wait. What comes beyond that is dropped, and counted
//     by a record of its own as soon as there is room.
//   - The goroutine exists only while there are records.
//   - [Flush] waits until what was queued before has been handled.
package logqueue

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Limit is how many records may wait.
const Limit = 1024

// patience is how long Flush waits for a handler that is stuck in one record: it may
// be waiting, by way of another goroutine, for whoever called Flush.
var patience = time.Second

// queue is what waits for the program's handler.
type queue struct {
	mu       sync.Mutex
	waiting  []entry
	dropped  int    // records since the last one that had room
	draining bool   // the goroutine exists
	queued   uint64 // how many entries were ever queued, and handled
	handled  uint64
	flushers []flusher
}

// entry is one record, and whose it is.
type entry struct {
	to     slog.Handler
	record slog.Record
}

// flusher waits until so many entries have been handled.
type flusher struct {
	until uint64
	done  chan struct{}
}

// Wrap makes a logger that queues what l is to be given. nil stays nil, and a logger
// that queues already stays as it is.
func Wrap(l *slog.Logger) *slog.Logger {
	if l == nil {
		return nil
	}
	if _, ok := l.Handler().(*handler); ok {
		return l
	}
	return slog.New(&handler{to: l.Handler(), queue: new(queue)})
}

// Flush waits until everything that was given to l so far has been handled. Called
// by the program's own handler it returns at once, and it gives up on a handler that
// makes no progress for a second. l is what Wrap has returned.
func Flush(l *slog.Logger) {
	if l == nil {
		return
	}
	if h, ok := l.Handler().(*handler); ok {
		h.queue.flush()
	}
}

// handler implements slog.Handler.
type handler struct {
	to    slog.Handler
	queue *queue
}

// Enabled implements slog.Handler: the program's handler is asked later.
func (h *handler) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	h.queue.add(entry{h.to, r.Clone()})
	return nil
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{h.to.WithAttrs(attrs), h.queue}
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.to.WithGroup(name), h.queue}
}

// add queues a record, and has it handled.
func (q *queue) add(e entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= Limit {
		q.dropped++
		return
	}
	q.waiting = append(q.waiting, e)
	q.queued++
	if !q.draining {
		q.draining = true
		go q.drain()
	}
}

// drain hands the records to the program's handler until none is left. Its name is
// looked for by [inDrain].
func (q *queue) drain() {
	q.mu.Lock()
	for len(q.waiting) > 0 {
		batch := q.waiting
		if q.dropped > 0 {
			batch = append(batch, entry{batch[len(batch)-1].to, lost(q.dropped)})
			q.queued++
		}
		q.waiting, q.dropped = nil, 0
		for _, e := range batch {
			q.mu.Unlock()
			e.handle()
			q.mu.Lock()
			q.advance()
		}
	}
	q.draining = false
	q.mu.Unlock()
}

// handle calls the program's handler.
func (e entry) handle() {
	ctx := context.Background()
	if e.to.Enabled(ctx, e.record.Level) {
		_ = e.to.Handle(ctx, e.record) // as slog.Logger does
	}
}

// lost is the record that counts others.
func lost(n int) slog.Record {
	r := slog.NewRecord(time.Now(), slog.LevelWarn, "actum: log records dropped: the logger does not keep up", 0)
	r.AddAttrs(slog.Int("dropped", n))
	return r
}

// advance counts one more entry as handled. mu is held.
func (q *queue) advance() {
	q.handled++
	waiting := q.flushers[:0]
	for _, f := range q.flushers {
		if f.until <= q.handled {
			close(f.done)
		} else {
			waiting = append(waiting, f)
		}
	}
	clear(q.flushers[len(waiting):])
	q.flushers = waiting
}

// flush is Flush.
func (q *queue) flush() {
	q.mu.Lock()
	f := flusher{until: q.queued, done: make(chan struct{})}
	if q.dropped > 0 {
		f.until++ // the record that counts them
	}
	if f.until == q.handled || inDrain() {
		q.mu.Unlock()
		return
	}
	q.flushers = append(q.flushers, f)
	before := q.handled
	q.mu.Unlock()
	for {
		timer := time.NewTimer(patience)
		select {
		case <-f.done:
			timer.Stop()
			return
		case <-timer.C:
		}
		q.mu.Lock()
		now := q.handled
		q.mu.Unlock()
		if now == before {
			return
		}
		before = now
	}
}

// inDrain reports whether the caller is called by a handler that a queue has called.
func inDrain() bool {
	pcs := make([]uintptr, 32)
	for skip := 1; ; {
		n := runtime.Callers(skip, pcs)
		frames := runtime.CallersFrames(pcs[:n])
		for more := n > 0; more; {
			var f runtime.Frame
			f, more = frames.Next()
			if strings.HasSuffix(f.Function, "logqueue.(*queue).drain") {
				return true
			}
		}
		if n < len(pcs) {
			return false
		}
		skip += n
	}
}
