// Package logqueue calls a program's logger on a separate goroutine, because a
// logger may be slow, wait for a lock, or close the object that logs. Records are
// queued, and that goroutine passes them to the program's logger with no lock held.
//
// # The contract
//
//   - A call of the wrapped logger never blocks and never calls code of the program. Any
//     goroutine may make it, with any locks held.
//   - Records reach the program's handler one at a time, in the order of the calls.
//   - At most [Limit] records wait. Further records are dropped, and a record with their
//     number is logged as soon as there is room.
//   - The goroutine exists only while there are records.
//   - [Flush] waits until the records queued before it have been handled.
package logqueue

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Limit is the maximum number of records that wait.
const Limit = 1024

// flushTimeout limits the time that Flush waits for a handler that makes no
// progress: the handler may be waiting, through another goroutine, for the caller
// of Flush.
var flushTimeout = time.Second

// queue holds the records for the program's handler.
type queue struct {
	mu       sync.Mutex
	waiting  []entry
	dropped  int    // number of records dropped since there was room
	draining bool   // the goroutine exists
	queued   uint64 // number of entries ever queued
	handled  uint64 // number of entries ever handled
	flushers []flusher
}

// entry is a record and the handler that it is for.
type entry struct {
	to     slog.Handler
	record slog.Record
}

// flusher waits until the given number of entries have been handled.
type flusher struct {
	until uint64
	done  chan struct{}
}

// Wrap returns a logger that queues records for l. It returns nil for nil, and l
// itself if l queues already.
func Wrap(l *slog.Logger) *slog.Logger {
	if l == nil {
		return nil
	}
	if _, ok := l.Handler().(*handler); ok {
		return l
	}
	return slog.New(&handler{to: l.Handler(), queue: new(queue)})
}

// Flush waits until everything that was logged with l so far has been handled. In
// the program's own handler it returns at once. It gives up if the handler makes no
// progress for a second. l must be a result of Wrap.
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

// Enabled implements slog.Handler. The program's handler decides later.
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

// add queues a record, and starts the goroutine if there is none.
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

// drain passes records to the program's handler until none is left. [inDrain] looks
// for its name.
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
			q.advanceLocked()
		}
	}
	q.draining = false
	q.mu.Unlock()
}

// handle calls the program's handler.
func (e entry) handle() {
	ctx := context.Background()
	if e.to.Enabled(ctx, e.record.Level) {
		_ = e.to.Handle(ctx, e.record) // slog.Logger ignores the error, too
	}
}

// lost returns the record that reports n dropped records.
func lost(n int) slog.Record {
	r := slog.NewRecord(time.Now(), slog.LevelWarn, "actum: log records dropped: the logger does not keep up", 0)
	r.AddAttrs(slog.Int("dropped", n))
	return r
}

// advanceLocked counts one more entry as handled.
func (q *queue) advanceLocked() {
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

// flush implements Flush.
func (q *queue) flush() {
	q.mu.Lock()
	f := flusher{until: q.queued, done: make(chan struct{})}
	if q.dropped > 0 {
		f.until++ // the record that reports the dropped records
	}
	if f.until == q.handled || inDrain() {
		q.mu.Unlock()
		return
	}
	q.flushers = append(q.flushers, f)
	before := q.handled
	q.mu.Unlock()
	for {
		timer := time.NewTimer(flushTimeout)
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

// inDrain reports whether drain is on the caller's stack.
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
