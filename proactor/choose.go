package proactor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// candidate is a backend that can be chosen by name. The candidates of a system
// are listed in choose_*.go, the best first.
type candidate struct {
	name string
	// explicit candidates are taken only when asked for by name.
	explicit bool
	// locks says that it can wait with a thread: WaitLocked.
	locks bool
	// features says that it has some: see featured.
	features bool
	open     func(backend.Options) (backend.Backend, error)
}

// BackendInfo says which backend a dispatcher stands on.
type BackendInfo struct {
	Name    string    // "uring", "epoll", "kqueue", "goroutine" ...
	Refused []Refusal // the ones that were probed before it and did not work
}

// Refusal is why a backend was not taken.
type Refusal struct {
	Name string
	Err  error
}

// choose opens the backend that o names, or the first one that works.
func choose(o *Options) (backend.Backend, BackendInfo, error) {
	name := wanted(o)
	var info BackendInfo
	for _, c := range candidates {
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
		info.Refused = append(info.Refused, Refusal{c.name, err})
	}
	return nil, info, noBackend(name, info.Refused)
}

// wanted is the name of the backend that o asks for, or "auto".
func wanted(o *Options) string {
	return cmp.Or(o.Backend, os.Getenv(BackendVariable), "auto")
}

// suits reports whether it may be taken when that name is asked for.
func (c *candidate) suits(name string) bool {
	return c.name == name || name == "auto" && !c.explicit
}

// try opens the backend, if it can do what o asks for.
func (c *candidate) try(o *Options) (backend.Backend, error) {
	if o.WaitMode == WaitLocked && !c.locks {
		return nil, fmt.Errorf("%s: it cannot wait with a thread of its own (Options.WaitMode): %w", c.name, errors.ErrUnsupported)
	}
	if len(o.Without) > 0 && !c.features && o.Backend == c.name {
		return nil, fmt.Errorf("%s: it has no features to be left out (Options.Without): %w", c.name, errors.ErrUnsupported)
	}
	return c.open(backendOptions(o))
}

// logChoice tells the logger, if there is one.
func logChoice(o *Options, info BackendInfo) {
	if o.Logger == nil {
		return
	}
	for _, r := range info.Refused {
		o.Logger.Info("backend refused", "backend", r.Name, "reason", r.Err)
	}
	o.Logger.Debug("backend taken", "backend", info.Name)
}

// noBackend says why there is none: the name is unknown, or what was tried
// failed.
func noBackend(name string, refused []Refusal) error {
	if len(refused) == 1 {
		return fmt.Errorf("proactor: backend %q does not work here: %w", name, refused[0].Err)
	}
	if len(refused) > 1 {
		return fmt.Errorf("proactor: no backend works here: %v", refused)
	}
	return fmt.Errorf("proactor: Options.Backend is %q: this system has auto, %s", name, strings.Join(Backends(), ", "))
}

// wrongFeature is what is wrong with Options.Without, given what a backend says of
// it. Another backend would not mind, and the mistake would not be noticed.
func wrongFeature(err error) error { return fmt.Errorf("proactor: %w", err) }

// known reports whether this system may have a backend of that name.
func known(name string) bool {
	return name == "auto" || slices.Contains(Backends(), name)
}

// Backends lists the backends that this system may have, the preferred one
// first. Whether one works here is known when a dispatcher is made with it.
func Backends() []string {
	var names []string
	for _, c := range candidates {
		names = append(names, c.name)
	}
	return names
}

// BackendStatus is a backend that this system may have, and how it fares here.
type BackendStatus struct {
	Name   string
	Chosen bool  // New would take it
	ByName bool  // it is taken only when it is asked for by name
	Err    error // why it does not work here; nil if it does
	// Features are what the kernel offers it, and what of that it uses. Not every
	// backend has such a list.
	Features []Feature
}

// Feature is something that a kernel may offer and a backend may use.
type Feature = backend.Feature

// featured is a backend that has features.
type featured interface {
	Features() ([]backend.Feature, error)
}

// ProbeBackends tries the backends of this system, the preferred one first, as New
// would with o, and closes them again. It says what is wrong with o; that no
// backend works is not an error.
func ProbeBackends(o Options) ([]BackendStatus, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	name := wanted(&o)
	if !known(name) {
		return nil, noBackend(name, nil)
	}
	var home *lockedThread
	if o.WaitMode == WaitLocked {
		home = newLockedThread()
		defer home.exit()
	}
	var all []BackendStatus
	chosen := false
	for _, c := range candidates {
		s := BackendStatus{Name: c.name, ByName: c.explicit}
		home.do(func() { s.Features, s.Err = c.probe(&o) })
		if errors.Is(s.Err, backend.ErrNoFeature) {
			return nil, wrongFeature(s.Err)
		}
		s.Chosen = s.Err == nil && !chosen && c.suits(name)
		chosen = chosen || s.Chosen
		all = append(all, s)
	}
	return all, nil
}

// probe opens the backend, asks it, and closes it.
func (c *candidate) probe(o *Options) (features []Feature, err error) {
	b, err := c.try(o)
	if err != nil {
		return nil, err
	}
	if f, ok := b.(featured); ok {
		features, err = f.Features()
	}
	if closing := b.Close(); err == nil {
		err = closing
	}
	return features, err
}
