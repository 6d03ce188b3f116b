package backend

import (
	"maps"
	"slices"
	"sync"
)

// Registry is the set of open handles of a backend. Closing the backend closes all
// of them. It is safe for concurrent use.
type Registry[H interface {
	comparable
	Handle
}] struct {
	mu     sync.Mutex
	open   map[H]struct{}
	closed bool
}

// Add adds h. Once CloseAll has been called it reports false and does not add h:
// then the caller closes h.
func (r *Registry[H]) Add(h H) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	if r.open == nil {
		r.open = make(map[H]struct{})
	}
	r.open[h] = struct{}{}
	return true
}

// Remove removes h. It is called at the end of h's Close, so that until then
// CloseAll closes h too and thereby waits for the Close in progress.
func (r *Registry[H]) Remove(h H) {
	r.mu.Lock()
	delete(r.open, h)
	r.mu.Unlock()
}

// Each calls f with every handle that is open now. It holds no lock meanwhile,
// because f may take a lock under which handles are added.
func (r *Registry[H]) Each(f func(H)) {
	r.mu.Lock()
	open := slices.Collect(maps.Keys(r.open))
	r.mu.Unlock()
	for _, h := range open {
		f(h)
	}
}

// CloseAll closes every handle and makes Add refuse later ones.
func (r *Registry[H]) CloseAll() {
	r.mu.Lock()
	open := r.open
	r.open, r.closed = nil, true
	r.mu.Unlock()
	for h := range open {
		h.Close()
	}
}

// Closed reports whether CloseAll has been called.
func (r *Registry[H]) Closed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}
