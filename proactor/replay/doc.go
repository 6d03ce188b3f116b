// Package replay writes journals of runs, and repeats a run from its journal:
//
//	proactor.Options{Backend: replay.ToJournal(file, nil)}                // a run, with a journal
//	proactor.Options{Backend: replay.FromJournal(file, replay.Options{})} // the same run again
//
// A journal holds everything that came from outside the program: the order and the
// results of completions, the bytes that were read, signals, the time. A replay of it
// does no I/O, and calls the same handlers in the same order with the same results, as
// many times as you like: under a debugger, with more logging, with another version of
// the program. The journal also holds what the program did, so that a replay detects
// when the program does something else: see [ErrDiverged].
//
// [proactor.ReplaceBackends] does either for every dispatcher of a process, and
// docs/proactor-replay.md says what can be replayed.
//
// # Other goroutines
//
// Goroutines other than the dispatching one may use the dispatcher. Their requests
// to start operations, cancel them, or close handles are carried out when the
// dispatcher next looks for completions, and the journal records the order. In a
// replay these goroutines run at their own pace: the dispatcher waits for the
// goroutine whose request the journal has next, and the other goroutines wait until
// theirs is next. The replay recognises a goroutine by its request, the function
// that makes it, and a string in [proactor.Operation.Token]; later by its operation. So
// requests must depend only on what handlers and the program's input have passed to
// the goroutine. They must not depend on the time, on chance
// ([proactor.Dispatcher.JournalValue] is for both), or on which goroutine gets a lock
// first. The same holds for data that handlers share with other goroutines.
//
// # What differs
//
// While a journal is written or replayed some things differ. Now is the time at
// which the dispatcher last looked for completions. On goroutines other than the
// dispatching one, the Try methods of a Handle return ErrWouldBlock, and Close,
// CloseWrite and Completion.Complete return no result of their own.
// [proactor.Dispatcher.Await] does not dispatch.
//
// A journal cannot hold: a pool of dispatching goroutines (New refuses it; record
// the same handlers with one goroutine), handles that move to another dispatcher
// ([proactor.Handle.MoveTo] fails), several dispatchers (New refuses the second), and
// contexts that end RunOne.
package replay

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
)

// ErrDiverged is the result of operations in a replay when the program has done
// something that it did not do in the run. The error says what.
var ErrDiverged = errors.New("proactor: the replay has diverged from its journal")

// Options of a replay. The zero value is the documented default.
type Options struct {
	// RequestTimeout is the time for which a replay waits for a request that another
	// goroutine made in the run, before the replay counts as diverged; 0 means 10 s.
	RequestTimeout time.Duration
	// OnDiverge is called once, with the reason, if the replay diverges. It runs on a
	// goroutine of its own, while the program continues with operations that fail.
	// Nil: only those operations and Close return the error.
	OnDiverge func(error)
}

const defaultRequestTimeout = 10 * time.Second

// ToJournal returns a Backend for one dispatcher, which writes a journal to w and has b
// carry the operations out; nil stands for the default backend. Each part is written
// before its handlers are called: they wait until Write returns. So the journal of a
// program that crashed in a handler can be replayed up to there. The journal is complete
// when the dispatcher is closed; Close returns the error if writing failed.
func ToJournal(w io.Writer, b proactor.Backend) proactor.Backend {
	return &toJournal{w: w, inner: b}
}

type toJournal struct {
	use   onlyOnce
	w     io.Writer
	inner proactor.Backend
}

func (j *toJournal) BackendName() string { return "journal" }

func (j *toJournal) OpenBackend(o backend.Options) (backend.Backend, error) {
	if err := j.use.check(&o); err != nil {
		return nil, err
	}
	b, err := o.Open(j.inner)
	if err != nil {
		return nil, err
	}
	return record(b, j.w, o.Notify), nil
}

// FromJournal returns a Backend for one dispatcher, which replays the journal that r
// returns.
func FromJournal(r io.Reader, o Options) proactor.Backend {
	return &fromJournal{r: r, o: o}
}

type fromJournal struct {
	use onlyOnce
	r   io.Reader
	o   Options
}

func (j *fromJournal) BackendName() string { return "replay" }

func (j *fromJournal) OpenBackend(o backend.Options) (backend.Backend, error) {
	timeout := j.o.RequestTimeout
	switch {
	case timeout < 0:
		return nil, fmt.Errorf("replay: Options.RequestTimeout is %v: it must be 0 (the default) or more", timeout)
	case timeout == 0:
		timeout = defaultRequestTimeout
	}
	if err := j.use.check(&o); err != nil {
		return nil, err
	}
	p, err := newPlayer(j.r, timeout, j.o.OnDiverge)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// onlyOnce refuses a second dispatcher for one journal.
type onlyOnce struct{ used atomic.Bool }

func (u *onlyOnce) check(o *backend.Options) error {
	switch {
	case o.Pool:
		return errors.New("replay: Options.Pool has several goroutines, which never run the same way twice: use one")
	case u.used.Swap(true):
		return errors.New("replay: a journal holds the run of one dispatcher: give each dispatcher another")
	}
	return nil
}
