package replay

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Backend gives the answers of a journal.
type Backend struct {
	outside
	patience time.Duration
	tell     func(error) // nil: only operations are told that the replay has diverged

	wake     sync.Cond // for whoever waits for another goroutine, or for the journal to go on
	woken    bool
	rounds   int // Waits that have returned
	j        *reader
	now      time.Duration
	started  int64
	made     int64
	flying   map[int64]*backend.Op // started, by number
	numbers  map[*backend.Op]int64
	known    map[int64]*backend.Op // of requests, by number
	asked    map[*backend.Op]int64 // the same, by operation
	asides   []aside
	failed   backend.Queue // after the replay has diverged
	diverged error
	finished bool // closed, as in the journal
}

var _ backend.Backend = (*Backend)(nil)

// New begins to replay a journal. What another goroutine did then is waited for
// until patience has passed. tell, if it is not nil, is told once that the replay has
// diverged, on a goroutine of its own.
func New(r io.Reader, patience time.Duration, tell func(error)) (*Backend, error) {
	j, err := newReader(r)
	if err != nil {
		return nil, err
	}
	b := &Backend{j: j, patience: patience, tell: tell, now: time.Duration(j.int()), flying: map[int64]*backend.Op{}, numbers: map[*backend.Op]int64{},
		known: map[int64]*backend.Op{}, asked: map[*backend.Op]int64{}}
	b.wake.L = &b.mu
	b.rouse = b.Wake
	return b, nil
}

// Name returns "replay".
func (b *Backend) Name() string { return "replay" }

// Now is the time of the last Wait, as it was.
func (b *Backend) Now() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// Value is what get returned then.
func (b *Backend) Value(get func() int64) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	who := sum([]byte(caller()))
	switch {
	case b.diverged != nil || b.elsewhere() && b.ended:
	case b.elsewhere():
		if a := b.answerAside(onValue, who); b.diverged == nil {
			return a.value
		}
	case b.expect(onValue, who):
		if v := b.j.int(); b.sound() {
			return v
		}
	}
	return get()
}

// Notify is a SignalSet's registration: the signals are the journal's.
func (b *Backend) Notify(deliver func(os.Signal), signals []os.Signal) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sets = append(b.sets, &signalSet{deliver, slices.Clone(signals)})
	return func() {}
}

// Take refuses.
func (b *Backend) Take(backend.Handle) (backend.Handle, error) { return nil, backend.ErrOtherBackend }

// Start is Backend.Start.
func (b *Backend) Start(op *backend.Op) {
	b.mu.Lock()
	defer b.mu.Unlock()
	op.N, op.Err, op.New = 0, nil, nil
	b.started++
	if !b.expect(onStart, int64(op.Kind), numberOf(op.Handle), size(op), outgoing(op)) {
		b.fail(op)
		return
	}
	b.flying[b.started], b.numbers[op] = op, b.started
}

// Cancel is Backend.Cancel: what came of it is in the journal.
func (b *Backend) Cancel(op *backend.Op) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if number, ok := b.numbers[op]; ok && !b.elsewhere() {
		b.expect(onCancel, number)
	}
}

// CancelAll is Backend.CancelAll.
func (b *Backend) CancelAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expect(onCancelAll)
}

// Wait is Backend.Wait: it does not wait, but for other goroutines, and returns
// what it returned then. Once the replay has diverged time jumps to the deadline.
func (b *Backend) Wait(deadline time.Duration) *backend.Op {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer func() {
		b.rounds++
		b.wake.Broadcast()
	}()
	for do := b.nextRequest(); do != nil; do = b.nextRequest() {
		b.mu.Unlock()
		do()
		b.mu.Lock()
	}
	if b.peek() == onClose && !b.ended {
		if q, ok := b.await(request.closes); ok { // in the run it was closed before anybody dispatched
			b.mu.Unlock()
			q.do()
			b.mu.Lock()
			return nil
		}
	}
	if b.expect(onWait) {
		b.pace()
		if list := b.batch(); b.sound() {
			return list
		}
	}
	for b.failed.Empty() && !b.woken && deadline == backend.NoDeadline {
		b.wake.Wait()
	}
	b.woken = false
	if b.failed.Empty() && deadline != backend.NoDeadline {
		b.now = max(b.now, deadline)
	}
	return b.failed.Take()
}

// longestPace is how long a Wait takes at most.
const longestPace = 20 * time.Millisecond

// pace reads the time. If there are other goroutines it lets them have as much of it
// as they had, so that they have come as far as they had. The lock is held, and
// released meanwhile.
func (b *Backend) pace() {
	passed := time.Duration(b.j.int()) - b.now
	b.now += passed
	if passed > 0 && len(b.asked) > 0 {
		b.mu.Unlock()
		time.Sleep(min(passed, longestPace))
		b.mu.Lock()
	}
}

// batch reads what has completed. The lock is held.
func (b *Backend) batch() *backend.Op {
	var list backend.Queue
	for count := b.j.int(); count > 0 && b.j.err == nil; count-- {
		number := b.j.int()
		op := b.flying[number]
		if op == nil {
			b.diverge(fmt.Sprintf("operation %d completes in the journal, and is not outstanding", number))
			break
		}
		b.j.result(op)
		if b.j.int() != 0 && b.j.err == nil {
			op.New = b.adopt()
		}
		if b.j.err == nil {
			delete(b.flying, number)
			delete(b.numbers, op)
			list.Push(op)
		}
	}
	if !b.sound() {
		for op := list.Pop(); op != nil; op = list.Pop() {
			b.fail(op)
		}
	}
	return list.Take()
}

// Wake is Backend.Wake.
func (b *Backend) Wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.woken = true
	b.wake.Broadcast()
}

// Close is Backend.Close. It tells if the replay has diverged.
func (b *Backend) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.expect(onClose) {
		if b.diverged == backend.ErrBackendClosed {
			return nil // over before
		}
		return b.diverged
	}
	b.finished = true
	_, err := b.outcome(0)
	return err
}
