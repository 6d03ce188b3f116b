package backend

import (
	"slices"
	"sync"
)

// Source opens the backend of a dispatcher. A program gives one as
// proactor.Options.Backend.
type Source interface {
	// BackendName is the name in errors and in the list of backends.
	BackendName() string
	// OpenBackend makes a backend for one dispatcher.
	OpenBackend(o Options) (Backend, error)
}

// registered are the sources of packages that a program may leave out.
var registered struct {
	mu   sync.Mutex
	list []Source
}

// Register makes a name stand for s in this process. The package of a backend that is
// not part of package proactor calls it in its init function.
func Register(s Source) {
	registered.mu.Lock()
	defer registered.mu.Unlock()
	registered.list = append(registered.list, s)
}

// Registered returns the registered sources.
func Registered() []Source {
	registered.mu.Lock()
	defer registered.mu.Unlock()
	return slices.Clone(registered.list)
}
