package backend

import (
	"maps"
	"slices"
	"sync"
)

// Registry knows the open handles of a backend, so that closing the backend
// closes all of them. It is safe for concurrent use.
type Registry[H interface {
	comparable
	Handle
}] struct {
	mu     sync.Mutex
	open   map[H]struct{}
	closed bool
}

// Add remembers h. It reports false, and does not, once CloseAll has been
// called: then h is the caller's to close.
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

// Remove forgets h, of which nothing is left: until then CloseAll closes it too, and
// so waits for whoever does.
func (r *Registry[H]) Remove(h H) {
	r.mu.Lock()
	delete(r.open, h)
	r.mu.Unlock()
}

// Each calls f with every handle that is open now, without a lock: f may take
// one under which handles are added.
func (r *Registry[H]) Each(f func(H)) {
	r.mu.Lock()
	open := slices.Collect(maps.Keys(r.open))
	r.mu.Unlock()
	for _, h := range open {
		f(h)
	}
}

// CloseAll closes every handle and refuses those that come later.
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
