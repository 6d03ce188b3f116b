package proactor

import (
	"context"
	"unsafe"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// OpenBackend opens a backend by name, for the tests of the seam.
func OpenBackend(name string) (backend.Backend, error) {
	b, _, err := choose(&Options{Backend: named(name)}, name)
	return b, err
}

// PoolSize is the number of goroutines that dispatch for d.
func PoolSize(d *Dispatcher) int {
	d.workers.mu.Lock()
	defer d.workers.mu.Unlock()
	return d.workers.size
}

// PoolMembers is the number of goroutines that are registered as dispatching for d;
// 0 if it has no pool.
func PoolMembers(d *Dispatcher) (n int) {
	if d.workers != nil {
		d.workers.members.Range(func(_, _ any) bool { n++; return true })
	}
	return n
}

// WrapBackend puts a backend between d, on which nothing has been started, and its
// backend.
func WrapBackend(d *Dispatcher, wrap func(backend.Backend) backend.Backend) {
	d.backend = wrap(d.backend)
}

// Lead is Await of a goroutine that returns instead of blocking. It reports whether the
// goroutine has dispatched.
func Lead(d *Dispatcher, w Waiter) bool {
	d.lead.waiting.Add(1)
	defer d.lead.waiting.Add(-1)
	if !d.takeLead() {
		return false
	}
	d.leadUntil(context.Background(), w)
	return true
}

// OperationSize is the size of an Operation in bytes.
const OperationSize = unsafe.Sizeof(Operation{})
