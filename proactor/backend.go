package proactor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Backend is what carries the operations of a dispatcher out: the paper's Asynchronous
// Operation Processor. Options.Backend takes one of these values:
//
//   - Named("epoll") and so on: a backend of this system
//   - a *sim.Network: a simulated network, which several dispatchers may share
//   - replay.ToJournal: any of these, and a journal of what it does
//   - replay.FromJournal: a replay of a journal
//
// Only packages of this module implement it.
type Backend interface {
	// BackendName is the name in errors and lists.
	BackendName() string
	// OpenBackend is called by New.
	OpenBackend(o backend.Options) (backend.Backend, error)
}

// Named chooses a backend by name: "uring" (Linux), "epoll" (Linux), "goroutine" (every
// system), "iocp" (Windows), "kqueue" (macOS and the BSDs), or "sim" if the program
// imports package sim. "auto" takes the first of these, in this order, that works on
// this system, but never one of the last three, which are used only if they are named.
// An empty name is Options without a Backend: the environment variable ACTUM_BACKEND
// names it, and without that "auto" does.
func Named(name string) Backend { return named(name) }

type named string

// BackendName is n itself, or the default that it stands for.
func (n named) BackendName() string {
	return cmp.Or(string(n), os.Getenv(BackendVariable), "auto")
}

// OpenBackend lets n be the backend that another one wraps.
func (n named) OpenBackend(o backend.Options) (backend.Backend, error) { return o.Open(n) }

// nameOf is the name that s is, if it is no more than that; "auto" for any.
func nameOf(s backend.Source) (name string, ok bool) {
	if s == nil {
		s = named("")
	}
	n, ok := s.(named)
	if !ok {
		return "", false
	}
	return n.BackendName(), true
}

// ReplaceBackends makes every dispatcher that is made from now on ask with for its
// backend. number is 1 for the first of these dispatchers, 2 for the next, and so on,
// and chosen is its own Options.Backend, which may be nil. An error of with is New's.
// It is for tools that record or replay a program, or run it on a simulated network.
// ReplaceBackends ends when stop is called. If one is in progress already, it fails.
// Calls of with do not overlap; with must not call New.
func ReplaceBackends(with func(number int, chosen Backend) (Backend, error)) (stop func(), err error) {
	process.mu.Lock()
	defer process.mu.Unlock()
	if process.replace != nil {
		return nil, errors.New("proactor: ReplaceBackends is in progress already: stop that one first")
	}
	process.replace, process.replaced = with, 0
	return sync.OnceFunc(func() {
		process.mu.Lock()
		defer process.mu.Unlock()
		process.replace = nil
	}), nil
}

// replaceBackend sets o.Backend to what ReplaceBackends asks for, if one is in progress.
func (o *Options) replaceBackend() (err error) {
	process.replacing.Lock() // not mu: with may ask for the open dispatchers, or call stop
	defer process.replacing.Unlock()
	process.mu.Lock()
	with, number := process.replace, process.replaced+1
	if with == nil {
		process.mu.Unlock()
		return nil
	}
	process.replaced = number
	process.mu.Unlock()
	if o.Backend, err = with(number, o.Backend); err != nil {
		return fmt.Errorf("proactor: the backend of dispatcher %d: %w", number, err)
	}
	return nil
}

// A backend that writes or replays a journal (package replay) has the requests of other
// goroutines carried out in Wait: backend.Journal.

// HasJournal reports whether the run of d is written to a journal or replayed (package
// replay). A program whose other goroutines depend on the clock should make them
// independent of it then.
func (d *Dispatcher) HasJournal() bool { return d.journal != nil }

// JournalValue returns the result of get, and in a replay the result that get had in
// the run, without calling it. It is for numbers that decide what the program does
// and that do not come from operations, such as random ones. Any goroutine may call
// it. Without a journal it just calls get.
func (d *Dispatcher) JournalValue(get func() int64) int64 {
	if d.journal == nil {
		return get()
	}
	return d.journal.Value(get)
}

// ask is backend.Journal.Ask for the start of op, which has begun.
func (d *Dispatcher) ask(op *Operation, do func()) bool {
	what := "start " + op.kind.String()
	if name, ok := op.Token.(string); ok {
		what += " " + name
	}
	return d.journal.Ask(&op.op, what, do)
}
