package proactor

import (
	"errors"

	"github.com/actum-go/actum/proactor/internal/backend"
)

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
	var home *home
	if o.Waiting == WaitLocked {
		home = newHome()
		defer home.leave()
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
