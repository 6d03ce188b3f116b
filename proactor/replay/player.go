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

// player replays a journal: it returns the recorded results.
type player struct {
	externalCalls
	timeout   time.Duration
	onDiverge func(error) // called when the replay diverges; may be nil

	wake            sync.Cond // broadcast when a goroutine has made a request, or the journal has advanced
	woken           bool
	rounds          int // number of calls of Wait that have returned
	j               *reader
	now             time.Duration
	started         int64                 // number of operations started
	made            int64                 // number of handles made
	inFlight        map[int64]*backend.Op // outstanding operations, by number
	numbers         map[*backend.Op]int64 // the inverse of inFlight
	known           map[int64]*backend.Op // operations of requests, by number
	asked           map[*backend.Op]int64 // the inverse of known
	externalResults []externalResult
	failed          backend.Queue // failed because the replay has diverged
	diverged        error
	finished        bool // the dispatcher was closed where the journal has its end
}

var _, _ backend.Journal = (*player)(nil), (*recorder)(nil)

// newPlayer begins to replay a journal. A recorded action of another goroutine is awaited
// for at most timeout. If onDiverge is not nil, it is called once, on a goroutine
// of its own, when the replay diverges.
func newPlayer(r io.Reader, timeout time.Duration, onDiverge func(error)) (*player, error) {
	j, err := newReader(r)
	if err != nil {
		return nil, err
	}
	b := &player{j: j, timeout: timeout, onDiverge: onDiverge, now: time.Duration(j.int()), inFlight: map[int64]*backend.Op{}, numbers: map[*backend.Op]int64{},
		known: map[int64]*backend.Op{}, asked: map[*backend.Op]int64{}}
	b.wake.L = &b.mu
	b.wakeDispatcher = b.Wake
	return b, nil
}

// Name returns "replay".
func (b *player) Name() string { return "replay" }

// Now returns the recorded time of the last Wait.
func (b *player) Now() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// Value returns what get returned in the recorded run.
func (b *player) Value(get func() int64) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	who := sum([]byte(caller()))
	switch {
	case b.isExternalLocked() && b.ended:
	case b.isExternalLocked():
		if a := b.externalResultLocked(eventValue, who); b.diverged == nil {
			return a.value
		}
	case b.expectLocked(eventValue, who):
		if v := b.j.int(); b.validLocked() {
			return v
		}
	}
	return get()
}

// Notify registers a SignalSet: the journal delivers the signals.
func (b *player) Notify(deliver func(os.Signal), signals []os.Signal) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sets = append(b.sets, &signalSet{deliver, slices.Clone(signals)})
	return func() {}
}

// Take always fails.
func (b *player) Take(backend.Handle) (backend.Handle, error) { return nil, backend.ErrOtherBackend }

// Start is Backend.Start.
func (b *player) Start(op *backend.Op) {
	b.mu.Lock()
	defer b.mu.Unlock()
	op.N, op.Err, op.New = 0, nil, nil
	b.started++
	if !b.expectLocked(eventStart, int64(op.Kind), numberOf(op.Handle), size(op), outgoing(op)) {
		b.failLocked(op)
		return
	}
	b.inFlight[b.started], b.numbers[op] = op, b.started
}

// Cancel is Backend.Cancel: the journal has the outcome.
func (b *player) Cancel(op *backend.Op) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if number, ok := b.numbers[op]; ok && !b.isExternalLocked() {
		b.expectLocked(eventCancel, number)
	}
}

// CancelAll is Backend.CancelAll.
func (b *player) CancelAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expectLocked(eventCancelAll)
}

// Wait is Backend.Wait. It returns the recorded completions, and waits only for
// other goroutines. Once the replay has diverged, time jumps to the deadline.
func (b *player) Wait(deadline time.Duration) *backend.Op {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer func() {
		b.rounds++
		b.wake.Broadcast()
	}()
	for do := b.nextRequestLocked(); do != nil; do = b.nextRequestLocked() {
		b.mu.Unlock()
		do()
		b.mu.Lock()
	}
	if b.peekLocked() == eventClose && !b.ended {
		if q, ok := b.awaitLocked(request.closes); ok { // in the recorded run the dispatcher was closed before its first Wait
			b.mu.Unlock()
			q.do()
			b.mu.Lock()
			return nil
		}
	}
	if b.expectLocked(eventWait) {
		b.advanceLocked()
		if list := b.batchLocked(); b.validLocked() {
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

// maxSleep is the longest time that a Wait sleeps.
const maxSleep = 20 * time.Millisecond

// advanceLocked reads the time of a Wait. If other goroutines make requests, it sleeps for
// the time that passed in the recorded run, so that they make the same progress. It
// releases the lock while it sleeps.
func (b *player) advanceLocked() {
	passed := time.Duration(b.j.int()) - b.now
	b.now += passed
	if passed > 0 && len(b.asked) > 0 {
		b.mu.Unlock()
		time.Sleep(min(passed, maxSleep))
		b.mu.Lock()
	}
}

// batchLocked reads the completions of a Wait.
func (b *player) batchLocked() *backend.Op {
	var list backend.Queue
	for count := b.j.int(); count > 0 && b.j.err == nil; count-- {
		number := b.j.int()
		op := b.inFlight[number]
		if op == nil {
			b.divergeLocked(fmt.Sprintf("operation %d completes in the journal, but is not outstanding", number))
			break
		}
		b.j.result(op)
		if b.j.int() != 0 && b.j.err == nil {
			op.New = b.adoptLocked()
		}
		if b.j.err == nil {
			delete(b.inFlight, number)
			delete(b.numbers, op)
			list.Push(op)
		}
	}
	if !b.validLocked() {
		for op := list.Pop(); op != nil; op = list.Pop() {
			b.failLocked(op)
		}
	}
	return list.Take()
}

// Wake is Backend.Wake.
func (b *player) Wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.woken = true
	b.wake.Broadcast()
}

// Close is Backend.Close. It reports an error if the replay has diverged.
func (b *player) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.expectLocked(eventClose) {
		if b.diverged == backend.ErrBackendClosed {
			return nil // the program's shutdown ended the replay early
		}
		return b.diverged
	}
	b.finished = true
	_, err := b.outcomeLocked(0)
	return err
}
