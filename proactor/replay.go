package proactor

import (
	"errors"
	"fmt"
	"io"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/replay"
)

// ReplayOptions are about runs that can be repeated. A journal holds all that came
// from outside: the order and the results of completions, the bytes that were
// read, the time. A replay of it does no I/O, and calls the same handlers in the
// same order with the same results, as often as one likes: under a debugger, with
// more logging, with another version of the program.
//
// It works for a dispatcher that one goroutine runs, and whose operations are
// started by that goroutine, in handlers or before. It is not for what other
// goroutines post, for signals, and for handles that are handed to another
// dispatcher. While a journal is written or replayed, Now is the time at which the
// dispatcher last looked for completions.
type ReplayOptions struct {
	// Journal is where the journal of this run is written. It is complete when the
	// dispatcher has been closed; Close says if it could not be written.
	Journal io.Writer
	// From is the journal of a run to be replayed: it takes the place of a backend.
	From io.Reader
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
		b, err := replay.New(o.Replay.From)
		if err != nil {
			return nil, BackendInfo{}, err
		}
		return b, BackendInfo{Name: b.Name()}, nil
	}
	b, info, err := choose(o)
	if err == nil && o.Replay.Journal != nil {
		b = replay.Record(b, o.Replay.Journal)
	}
	return b, info, err
}
