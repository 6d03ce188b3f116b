package proactor

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/replay"
)

// ReplayOptions are about runs that can be repeated. A journal holds all that came
// from outside: the order and the results of completions, the bytes that were
// read, signals, the time. A replay of it does no I/O, and calls the same handlers
// in the same order with the same results, as often as one likes: under a debugger,
// with more logging, with another version of the program.
//
// Other goroutines than the one that dispatches may use the dispatcher. What they
// ask for, to start operations, to cancel them, to close handles, happens when the
// dispatcher next looks for completions, and the journal says in which order. In a
// replay they run as they did, at their own pace; the dispatcher waits for the one
// that the journal names next, and the others wait for their turn. They are
// recognised by what they ask for, the function that asks, and a string in
// [Operation.Token]; and from then on by their operation. So what they ask for must
// follow from what handlers and the program's input have told them: not from the
// time, from chance ([Dispatcher.Journaled] is for both), or from who came first to
// a lock. The same holds for what handlers share with them.
//
// While a journal is written or replayed some things differ: Now is the time at
// which the dispatcher last looked for completions; to other goroutines the Try
// methods of a Handle say ErrWouldBlock, and Close, CloseWrite and
// Completion.Complete tell them nothing; [Dispatcher.Lead] refuses.
//
// Not for journals are: a pool of goroutines that dispatch (New refuses it: with
// one goroutine the same handlers can be recorded), handles handed to another
// dispatcher ([Handle.MoveTo] fails), a group of several dispatchers (NewGroup
// refuses it), and contexts that end RunOne.
type ReplayOptions struct {
	// Journal is where the journal of this run is written, before handlers are
	// called each time, which wait until Write returns: that of a program which a handler has ended can be replayed
	// up to there. It is complete when the dispatcher has been closed; Close says if
	// it could not be written.
	Journal io.Writer
	// From is the journal of a run to be replayed: it takes the place of a backend.
	From io.Reader
	// Patience is how long a replay waits for what another goroutine did in the run,
	// before it says that it has diverged; 0 means 10 s.
	Patience time.Duration
	// Diverged is told, once, that a replay has diverged, and why: on a goroutine of
	// its own, while the program goes on with operations that fail. Nil: only they,
	// and Close, say so.
	Diverged func(error)
}

const defaultPatience = 10 * time.Second

// journal is a backend that writes or replays a journal, with what other goroutines
// than the one that dispatches ask for.
type journal interface {
	// Enter says that the caller dispatches from now on.
	Enter()
	// Ask has do called by who dispatches, when that next waits, or when the journal
	// says. It returns false, and does nothing, if that is the caller.
	Ask(who any, what string, do func()) bool
	// AwaitEnd waits until the replay has come to its end, or is closed.
	AwaitEnd(closed func() bool)
	// End makes Ask return false, and does what was asked for.
	End()
	// Value is what get returns, or returned in the run that is replayed.
	Value(get func() int64) int64
}

var _, _ journal = (*replay.Recorder)(nil), (*replay.Backend)(nil)

// Journaling reports whether the run of d is written to a journal, or replayed: a
// program that goes by the clock otherwise, as to what it does on other goroutines,
// should not do so then.
func (d *Dispatcher) Journaling() bool { return d.journal != nil }

// Journaled returns what get returns, and in a replay what that returned in the run,
// without calling it: for numbers that decide what the program does, and that do not
// come from operations, such as random ones. Any goroutine may call it. Without a
// journal it just calls get.
func (d *Dispatcher) Journaled(get func() int64) int64 {
	if d.journal == nil {
		return get()
	}
	return d.journal.Value(get)
}

// ask is Ask for the start of op, which has begun.
func (d *Dispatcher) ask(op *Operation, do func()) bool {
	what := "start " + op.kind.String()
	if name, ok := op.Token.(string); ok {
		what += " " + name
	}
	return d.journal.Ask(&op.op, what, do)
}

// ErrDiverged is the result of operations in a replay once the program has done
// something else than in the run that is replayed. The error says what.
var ErrDiverged = replay.ErrDiverged

// validate says what is wrong with o.
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

// openBackend chooses the backend, as New needs it.
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
