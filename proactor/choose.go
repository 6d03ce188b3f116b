package proactor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Choosing a backend: a program names one, gives one by value, or leaves the choice to
// New, which tries the candidates of the system in order until one works, and keeps the
// reasons of those that do not. In this order: the choice and its errors, the probing of
// all candidates, and the replacing of every dispatcher's backend by a tool.

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

// BackendVariable is the environment variable that names the backend if
// Options.Backend is nil.
const BackendVariable = "ACTUM_BACKEND"

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

// candidate is a backend that can be chosen by name. The candidates of a system are
// listed in choose_*.go, the best first.
type candidate struct {
	name     string
	explicit bool // it is used only if it is named
	locks    bool // it can wait with a locked thread: WaitLocked
	features bool // it implements featured
	open     func(backend.Options) (backend.Backend, error)
}

// allCandidates are the candidates of this system, and then the backends that other
// packages have registered.
var allCandidates = func() []candidate {
	list := slices.Clone(candidates)
	for _, s := range backend.Registered() {
		list = append(list, candidate{name: s.BackendName(), explicit: true, open: s.OpenBackend})
	}
	return list
}

// BackendInfo says which backend a dispatcher uses.
type BackendInfo struct {
	Name    string          // "uring", "epoll", "kqueue", "goroutine" ...
	Refused []BackendStatus // the backends that were tried before it and do not work
}

// open opens the backend of a new dispatcher.
func open(o *Options) (b backend.Backend, info BackendInfo, err error) {
	options := backendOptions(o)
	options.Open = func(s backend.Source) (b backend.Backend, err error) {
		if name, ok := nameOf(s); ok {
			b, info, err = choose(o, name)
			return b, err
		}
		if b, err = s.OpenBackend(options); err == nil {
			info.Name = b.Name()
		}
		return b, err
	}
	b, err = options.Open(o.Backend)
	return b, info, err
}

// backendOptions is the part of o that a backend needs.
func backendOptions(o *Options) backend.Options {
	return backend.Options{
		Entries: o.RingEntries, Locked: o.WaitMode == WaitLocked, DisabledFeatures: o.DisabledFeatures,
		Logger: o.Logger, Pool: o.Pool.normal().Max > 1, Notify: notifySystem,
	}
}

// choose opens the backend of that name, or the first one that works.
func choose(o *Options, name string) (backend.Backend, BackendInfo, error) {
	var info BackendInfo
	for _, c := range allCandidates() {
		if !c.suits(name) {
			continue
		}
		b, err := c.try(o)
		if err == nil {
			info.Name = c.name
			logChoice(o, info)
			return b, info, nil
		}
		if errors.Is(err, backend.ErrNoFeature) {
			return nil, info, wrongFeature(err)
		}
		info.Refused = append(info.Refused, BackendStatus{Name: c.name, ByName: c.explicit, Err: err})
	}
	return nil, info, noBackend(name, info.Refused)
}

// suits reports whether c may be used if that name is asked for.
func (c *candidate) suits(name string) bool {
	return c.name == name || name == "auto" && !c.explicit
}

// try opens the backend, if it supports o.
func (c *candidate) try(o *Options) (backend.Backend, error) {
	if o.WaitMode == WaitLocked && !c.locks {
		return nil, fmt.Errorf("%s: it cannot wait with a locked thread (Options.WaitMode): %w", c.name, errors.ErrUnsupported)
	}
	if len(o.DisabledFeatures) > 0 && !c.features && o.Backend == Backend(named(c.name)) {
		return nil, fmt.Errorf("%s: it has no features to leave out (Options.DisabledFeatures): %w", c.name, errors.ErrUnsupported)
	}
	return c.open(backendOptions(o))
}

// logChoice logs the choice and the refusals.
func logChoice(o *Options, info BackendInfo) {
	if o.Logger == nil {
		return
	}
	for _, r := range info.Refused {
		o.Logger.Info("backend refused", "backend", r.Name, "reason", r.Err)
	}
	o.Logger.Debug("backend taken", "backend", info.Name)
}

// noBackend is the error if no backend was opened: each one that was tried has failed, or
// there is none of that name.
func noBackend(name string, refused []BackendStatus) error {
	switch len(refused) {
	case 0:
		return unknownBackend(name)
	case 1:
		return fmt.Errorf("proactor: backend %q does not work here: %w", name, refused[0].Err)
	default:
		var reasons []string
		for _, r := range refused {
			reasons = append(reasons, r.Name+": "+r.Err.Error())
		}
		return fmt.Errorf("proactor: no backend works here: %s", strings.Join(reasons, "; "))
	}
}

// unknownBackend is the error if this program has no backend of that name.
func unknownBackend(name string) error {
	switch name {
	case "sim":
		return errors.New("proactor: the backend \"sim\" is not part of this program: import github.com/actum-go/actum/proactor/sim")
	case "replay":
		return errors.New("proactor: the name \"replay\" says nothing of a journal: set Options.Backend to replay.FromJournal, of github.com/actum-go/actum/proactor/replay")
	}
	return fmt.Errorf("proactor: Options.Backend is %q: this program has auto, %s", name, strings.Join(Backends(), ", "))
}

// wrongFeature is the error for a mistake in Options.DisabledFeatures that a backend has
// reported. Trying another backend instead would hide the mistake.
func wrongFeature(err error) error { return fmt.Errorf("proactor: %w", err) }

// Backends lists the backends that this system may have, the preferred one first, and
// then those of packages that the program imports (sim). Whether one of them works shows
// only when a dispatcher is made with it; see [ProbeBackends].
func Backends() []string {
	var names []string
	for _, c := range allCandidates() {
		names = append(names, c.name)
	}
	return names
}

// known reports whether there may be a backend of that name.
func known(name string) bool {
	return name == "auto" || slices.Contains(Backends(), name)
}

// BackendStatus is a backend that this system may have, and whether it works.
type BackendStatus struct {
	Name   string
	Chosen bool  // New would take it
	ByName bool  // it is used only if it is named
	Err    error // why it does not work on this system; nil if it does
	// Features are the features that the kernel may offer to the backend, and which of
	// them it uses. Not every backend has such a list.
	Features []Feature
}

// Feature is something that a kernel may offer and a backend may use.
type Feature struct {
	Name    string // name in Options.DisabledFeatures
	About   string // description
	Offered bool   // the kernel has the feature
	Used    bool   // the backend uses it
	Why     string // if it is offered and not used: the reason
}

// featured is a backend that has features.
type featured interface {
	Features() ([]backend.Feature, error)
}

// ProbeBackends tries the backends that [Backends] lists, as New would with o, and
// closes them again. It returns an error if o is wrong; it is no
// error if no backend works.
func ProbeBackends(o Options) ([]BackendStatus, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	name, ok := nameOf(o.Backend)
	if !ok {
		name = o.Backend.BackendName()
	}
	if !known(name) {
		return nil, unknownBackend(name)
	}
	var thread *lockedThread
	if o.WaitMode == WaitLocked {
		thread = newLockedThread()
		defer thread.exit()
	}
	var all []BackendStatus
	chosen := false
	for _, c := range allCandidates() {
		s := BackendStatus{Name: c.name, ByName: c.explicit}
		thread.do(func() { s.Features, s.Err = c.probe(&o) })
		if errors.Is(s.Err, backend.ErrNoFeature) {
			return nil, wrongFeature(s.Err)
		}
		s.Chosen = s.Err == nil && !chosen && c.suits(name)
		chosen = chosen || s.Chosen
		all = append(all, s)
	}
	return all, nil
}

// probe opens the backend, reads its features, and closes it.
func (c *candidate) probe(o *Options) (features []Feature, err error) {
	b, err := c.try(o)
	if err != nil {
		return nil, err
	}
	if f, ok := b.(featured); ok {
		var list []backend.Feature
		list, err = f.Features()
		for _, one := range list {
			features = append(features, Feature(one))
		}
	}
	if closing := b.Close(); err == nil {
		err = closing
	}
	return features, err
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
