package proactor

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/replay"
)

// ReplayOptions configure runs that can be repeated. A journal holds everything that
// came from outside: the order and the results of completions, the bytes that were
// read, signals, the time. A replay of it does no I/O, and calls the same handlers
// in the same order with the same results, as many times as you like: under a
// debugger, with more logging, with another version of the program.
//
// Goroutines other than the dispatching one may use the dispatcher. Their requests
// to start operations, cancel them, or close handles are carried out when the
// dispatcher next looks for completions, and the journal records the order. In a
// replay these goroutines run at their own pace: the dispatcher waits for the
// goroutine whose request the journal has next, and the other goroutines wait until
// theirs is next. The replay recognises a goroutine by its request, the function
// that makes it, and a string in [Operation.Token]; later by its operation. So
// requests must depend only on what handlers and the program's input have passed to
// the goroutine. They must not depend on the time, on chance ([Dispatcher.Journaled]
// is for both), or on which goroutine gets a lock first. The same holds for data
// that handlers share with other goroutines.
//
// While a journal is written or replayed some things differ. Now is the time at
// which the dispatcher last looked for completions. On goroutines other than the
// dispatching one, the Try methods of a Handle return ErrWouldBlock, and Close,
// CloseWrite and Completion.Complete return no result of their own.
// [Dispatcher.Lead] returns false.
//
// A journal cannot hold: a pool of dispatching goroutines (New refuses it; record
// the same handlers with one goroutine), handles that move to another dispatcher
// ([Handle.MoveTo] fails), a group of several dispatchers (NewGroup refuses it), and
// contexts that end RunOne.
type ReplayOptions struct {
	// Journal is the writer of the journal of this run. Each part is written before its
	// handlers are called: they wait until Write returns. So the journal of a program
	// that crashed in a handler can be replayed up to there. The journal is complete
	// when the dispatcher is closed; Close returns the error if writing failed.
	Journal io.Writer
	// From is the journal of a run that is to be replayed. It takes the place of a
	// backend.
	From io.Reader
	// Patience is the time for which a replay waits for a request that another
	// goroutine made in the run, before the replay counts as diverged; 0 means 10 s.
	Patience time.Duration
	// Diverged is called once, with the reason, if a replay diverges. It runs on a
	// goroutine of its own, while the program continues with operations that fail.
	// Nil: only those operations and Close return the error.
	Diverged func(error)
}

const defaultPatience = 10 * time.Second

// ErrDiverged is the result of operations in a replay when the program has done
// something that it did not do in the run. The error says what.
var ErrDiverged = replay.ErrDiverged

// validate reports what is wrong with o.
func (o *ReplayOptions) validate(all *Options) error {
	switch {
	case o.Journal == nil && o.From == nil:
		return nil
	case o.Journal != nil && o.From != nil:
		return errors.New("proactor: Options.Replay has both Journal and From: one run is either written or replayed")
	case o.Patience < 0:
		return fmt.Errorf("proactor: Options.Replay.Patience is %v: it must be 0 (the default) or more", o.Patience)
	case all.Pool.normal().Max > 1:
		return errors.New("proactor: Options.Replay is set, and Options.Pool has several goroutines: they never run the same way twice")
	case o.From != nil && all.Backend != "":
		return fmt.Errorf("proactor: Options.Replay.From takes the place of a backend, but Options.Backend is %q", all.Backend)
	}
	return nil
}

// openBackend chooses the backend for New.
func openBackend(o *Options) (backend.Backend, BackendInfo, error) {
	if o.Replay.From != nil {
		patience := o.Replay.Patience
		if patience == 0 {
			patience = defaultPatience
		}
		b, err := replay.New(o.Replay.From, patience, o.Replay.Diverged)
		if err != nil {
			return nil, BackendInfo{}, err
		}
		return b, BackendInfo{Name: b.Name()}, nil
	}
	b, info, err := choose(o)
	if err == nil && o.Replay.Journal != nil {
		b = replay.Record(b, o.Replay.Journal, notifySystem)
	}
	return b, info, err
}

// ReplayAll makes the dispatchers that are made from now on write journals or replay
// them, as of says, in place of their own Options.Replay. For a replay, of also
// takes the place of Options.Backend and Options.Sim. New calls of with 1 for the
// first of these dispatchers, 2 for the next, and so on; an error of of is New's.
// ReplayAll ends when stop is called. If one is in progress already, it fails.
func ReplayAll(of func(number int) (ReplayOptions, error)) (stop func(), err error) {
	open.mu.Lock()
	defer open.mu.Unlock()
	if open.replay != nil {
		return nil, errors.New("proactor: ReplayAll is in progress already: stop that one first")
	}
	open.replay, open.replays = of, 0
	return sync.OnceFunc(func() {
		open.mu.Lock()
		defer open.mu.Unlock()
		open.replay = nil
	}), nil
}

// replayAll sets o.Replay to what ReplayAll asks for, if one is in progress.
func (o *Options) replayAll() (err error) {
	open.mu.Lock()
	defer open.mu.Unlock()
	if open.replay == nil {
		return nil
	}
	open.replays++
	if o.Replay, err = open.replay(open.replays); err != nil {
		return fmt.Errorf("proactor: the journal of dispatcher %d: %w", open.replays, err)
	}
	if o.Replay.From != nil {
		o.Backend, o.Sim = "", nil
	}
	return nil
}

// journal is a backend that writes or replays a journal, including the requests of
// goroutines other than the dispatching one.
type journal interface {
	// Enter records that the caller dispatches from now on.
	Enter()
	// Ask makes the dispatching goroutine call do when it next waits, or when the journal
	// has it. If the caller is that goroutine, Ask returns false and does not call do.
	Ask(who any, what string, do func()) bool
	// AwaitEnd waits until the replay has reached the end of its journal, or is closed.
	AwaitEnd(closed func() bool)
	// End carries out the requests that wait, and makes Ask return false from then on.
	End()
	// Value returns the result of get, or in a replay the result that get had in the run.
	Value(get func() int64) int64
}

var _, _ journal = (*replay.Recorder)(nil), (*replay.Backend)(nil)

// Journaling reports whether the run of d is written to a journal or replayed. A
// program whose other goroutines depend on the clock should make them independent of
// it then.
func (d *Dispatcher) Journaling() bool { return d.journal != nil }

// Journaled returns the result of get, and in a replay the result that get had in
// the run, without calling it. It is for numbers that decide what the program does
// and that do not come from operations, such as random ones. Any goroutine may call
// it. Without a journal it just calls get.
func (d *Dispatcher) Journaled(get func() int64) int64 {
	if d.journal == nil {
		return get()
	}
	return d.journal.Value(get)
}

// ask is journal.Ask for the start of op, which has begun.
func (d *Dispatcher) ask(op *Operation, do func()) bool {
	what := "start " + op.kind.String()
	if name, ok := op.Token.(string); ok {
		what += " " + name
	}
	return d.journal.Ask(&op.op, what, do)
}
