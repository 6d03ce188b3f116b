package replay

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// recorder is a backend that passes everything to another backend and records it in
// a journal.
type recorder struct {
	backend.Backend // carries the operations out
	externalCalls

	notify   backend.Notify
	j        *writer
	now      time.Duration
	started  int64                   // number of operations started
	made     int64                   // number of handles made
	inFlight map[*backend.Op]started // the outstanding operations
	known    map[*backend.Op]int64   // numbers of the operations of requests
	refused  backend.Queue           // operations that a journal cannot hold
}

// record begins a journal of what b does. The journal is complete when b is closed
// and Wait has returned all operations. Signals come from notify, unless b has its
// own.
func record(b backend.Backend, w io.Writer, notify backend.Notify) *recorder {
	r := &recorder{Backend: b, notify: notify, j: newWriter(w), now: b.Now(), inFlight: map[*backend.Op]started{}, known: map[*backend.Op]int64{}}
	if s, ok := b.(interface {
		Notify(deliver func(os.Signal), signals []os.Signal) (stop func())
	}); ok {
		r.notify = s.Notify
	}
	r.wakeDispatcher = b.Wake
	r.j.int(int64(r.now))
	return r
}

// Inner returns the other backend.
func (r *recorder) Inner() backend.Backend { return r.Backend }

// Now returns the time of the last Wait.
func (r *recorder) Now() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// Value returns what get returns.
func (r *recorder) Value(get func() int64) int64 {
	v := get()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.isExternalLocked():
	case r.ended:
		return v
	default:
		r.j.event(eventExternal)
	}
	r.j.event(eventValue, sum([]byte(caller())))
	r.j.int(v)
	return v
}

// AwaitEnd returns at once: the journal ends now.
func (r *recorder) AwaitEnd(func() bool) {}

// Notify registers a SignalSet.
func (r *recorder) Notify(deliver func(os.Signal), signals []os.Signal) (stop func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sets = append(r.sets, &signalSet{deliver: deliver})
	set := len(r.sets)
	return r.notify(func(s os.Signal) {
		r.mu.Lock()
		r.queue = append(r.queue, request{signal: s, set: set})
		r.mu.Unlock()
		r.wakeDispatcher()
	}, signals)
}

// Take always fails, because the journal does not have the earlier state of the
// handle.
func (r *recorder) Take(backend.Handle) (backend.Handle, error) {
	return nil, backend.ErrOtherBackend
}

// Start is Backend.Start. The other backend gets its own handles.
func (r *recorder) Start(op *backend.Op) {
	r.mu.Lock()
	if !supported(op.Kind) {
		op.N, op.New, op.Err = 0, nil, fmt.Errorf("a journal has no room for this kind of operation (%d): %w", op.Kind, errors.ErrUnsupported)
		r.refused.Push(op)
		r.mu.Unlock()
		r.Backend.Wake()
		return
	}
	r.started++
	r.inFlight[op] = started{r.started, op.Handle}
	r.j.event(eventStart, int64(op.Kind), numberOf(op.Handle), size(op), outgoing(op))
	r.mu.Unlock()
	unwrap(&op.Handle)
	if op.Kind == backend.KindTransmitFile {
		unwrap(&op.Transmission().File)
		unwrap(&op.Transmission().Page.Handle)
	}
	r.Backend.Start(op)
}

// started is an outstanding operation.
type started struct {
	number int64
	handle backend.Handle // the one that the dispatcher knows
}

func unwrap(h *backend.Handle) {
	if w, ok := (*h).(*recorded); ok {
		*h = w.Handle
	}
}

// Cancel is Backend.Cancel.
func (r *recorder) Cancel(op *backend.Op) {
	r.mu.Lock()
	s, ok := r.inFlight[op]
	if ok && !r.isExternalLocked() {
		r.j.event(eventCancel, s.number)
	}
	r.mu.Unlock()
	if ok {
		r.Backend.Cancel(op)
	}
}

// CancelAll is Backend.CancelAll.
func (r *recorder) CancelAll() {
	r.mu.Lock()
	r.j.event(eventCancelAll)
	r.mu.Unlock()
	r.Backend.CancelAll()
}

// Wait is Backend.Wait.
func (r *recorder) Wait(deadline time.Duration) *backend.Op {
	for q, ok := r.next(); ok; q, ok = r.next() {
		q.do()
	}
	r.mu.Lock()
	if refused := r.refused.Take(); refused != nil {
		r.mu.Unlock()
		return refused
	}
	r.mu.Unlock()
	list := r.Backend.Wait(deadline)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.Backend.Now()
	r.batchLocked(list)
	r.flushLocked()
	return list
}

// next takes a request from the queue and records it.
func (r *recorder) next() (q request, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) == 0 {
		return request{}, false
	}
	q = r.queue[0]
	r.queue = append(r.queue[:0], r.queue[1:]...)
	if q.signal != nil {
		r.j.event(eventSignal, int64(q.set))
		r.j.name(q.signal.String())
		q.do = func() { r.sets[q.set-1].deliver(q.signal) }
		return q, true
	}
	number := int64(0)
	if q.op != nil {
		if number = r.known[q.op]; number == 0 {
			number = int64(len(r.known) + 1)
			r.known[q.op] = number
		}
	}
	r.j.event(eventRequest, number)
	r.j.name(q.what)
	return q, true
}

// batchLocked records completions.
func (r *recorder) batchLocked(list *backend.Op) {
	count := int64(0)
	for op := list; op != nil; op = op.Next {
		count++
	}
	r.j.event(eventWait, int64(r.now), count)
	for op := list; op != nil; op = op.Next {
		s := r.inFlight[op]
		delete(r.inFlight, op)
		r.j.int(s.number)
		op.Handle = s.handle // a multishot operation is started with it again
		r.j.result(op)
		if op.New == nil {
			r.j.int(0)
			continue
		}
		r.j.int(1)
		op.New = r.adoptLocked(op.New)
	}
}

// flushLocked writes buffered events out. It runs before handlers do, so that the
// journal is complete if a handler ends the program.
func (r *recorder) flushLocked() {
	if r.j.err == nil {
		r.j.err = r.j.w.Flush()
	}
}

// Close is Backend.Close. It reports an error if the journal could not be written.
func (r *recorder) Close() error {
	err := r.Backend.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.j.event(eventClose)
	r.j.error(err)
	r.flushLocked()
	if r.j.err != nil {
		err = errors.Join(err, fmt.Errorf("writing the journal: %w", r.j.err))
	}
	return err
}
