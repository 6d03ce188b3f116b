package skeleton

import (
	"maps"
	"slices"
	"sync"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Handle is a handle that consists of a Side for each direction.
type Handle interface {
	comparable
	backend.Handle
	// Side returns the side for operations of kind k; nil if the handle does not suit them.
	Side(k backend.Kind) Side
}

// Connecting is a connect in progress.
type Connecting interface {
	// CancelConnect ends op early, unless it has ended just before.
	CancelConnect(op *backend.Op)
}

// Core is a Base for backends whose handles consist of Sides. It has the completed
// operations, the open handles and the connects in progress, and cancels all of them.
type Core[H Handle] struct {
	Base
	Completed backend.Completions
	Open      backend.Registry[H]

	Mu         sync.Mutex                 // held while Closed is set
	Connects   map[*backend.Op]Connecting // covered by Mu; nothing is added once Closed is set
	cancelling sync.WaitGroup             // calls of CancelConnect; nothing is added once Closed is set
}

// Complete adds op to the completed operations. The caller wakes Wait afterwards, with no
// lock held.
func (c *Core[H]) Complete(op *backend.Op, err error) {
	op.Err = err
	c.Completed.Add(op)
}

// AddConnectLocked remembers op until RemoveConnect. It fails once the backend is closed.
func (c *Core[H]) AddConnectLocked(op *backend.Op, x Connecting) error {
	if c.Closed.Load() {
		return backend.ErrBackendClosed
	}
	if c.Connects == nil {
		c.Connects = make(map[*backend.Op]Connecting)
	}
	c.Connects[op] = x
	return nil
}

// RemoveConnect forgets x. By now op may be another connect, which stays.
func (c *Core[H]) RemoveConnect(op *backend.Op, x Connecting) {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	if c.Connects[op] == x {
		delete(c.Connects, op)
	}
}

// Cancel implements backend.Backend.
func (c *Core[H]) Cancel(op *backend.Op) {
	if op.Kind == backend.KindConnect {
		c.cancelConnect(op)
		return
	}
	if h, ok := op.Handle.(H); ok {
		if s := h.Side(op.Kind); s != nil {
			Cancel(s, op)
			return
		}
	}
	c.Files.Cancel(op)
}

// cancelConnect does nothing once the backend is closed: Close ends the connects.
func (c *Core[H]) cancelConnect(op *backend.Op) {
	c.Mu.Lock()
	x := c.Connects[op]
	if x == nil || c.Closed.Load() {
		c.Mu.Unlock()
		return
	}
	c.cancelling.Add(1)
	c.Mu.Unlock()
	defer c.cancelling.Done()
	x.CancelConnect(op)
}

// CancelAll implements backend.Backend.
func (c *Core[H]) CancelAll() {
	c.Mu.Lock()
	connects := slices.Collect(maps.Keys(c.Connects))
	c.Mu.Unlock()
	for _, op := range connects {
		c.cancelConnect(op)
	}
	c.Open.Each(func(h H) { h.Cancel() })
	c.Files.CancelAll()
}

// BeginClose begins a Close. end is called with each connect in progress. It returns false
// if the backend is closed already. Afterwards no CancelConnect is in progress.
func (c *Core[H]) BeginClose(end func(*backend.Op, Connecting)) (first bool) {
	c.Mu.Lock()
	again := c.Closed.Swap(true)
	connects := maps.Clone(c.Connects)
	c.Mu.Unlock()
	if again {
		return false
	}
	for op, x := range connects {
		end(op, x)
	}
	c.cancelling.Wait()
	return true
}
