// Package group makes several dispatchers that share out handles. Each handle is served
// by one of them: handlers of one connection need no lock, and those of different
// connections may run at the same time. The alternative is one dispatcher with a
// [proactor.Pool].
//
//	g, err := group.New(group.Options{Dispatchers: 4})
//	...
//	defer g.Close()
//	ln, err := g.Dispatchers()[0].Listen("tcp", "127.0.0.1:0", nil)
//	...                                   // start an accept, whose handler calls
//	err = g.Place(op.Handle(), key)       // and then starts the first read
//	...
//	g.Run()                               // calls handlers until Stop
package group

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
)

// Group is several dispatchers. All its methods may be called from any goroutine.
type Group struct {
	dispatchers []*proactor.Dispatcher
	policy      Policy
}

// Options are the options of a group.
type Options struct {
	proactor.Options        // of each dispatcher
	Dispatchers      int    // how many; 0 means 1, and MaxDispatchers is the most
	Policy           Policy // chooses the dispatcher of a handle; nil means RoundRobin()
}

// MaxDispatchers is the most that a Group may have: far more than there are
// processors, and far fewer than would use up memory or descriptors.
const MaxDispatchers = 1024

// New makes the dispatchers. They call no handler before Run is called. The caller
// must close the group.
func New(o Options) (*Group, error) {
	if o.Dispatchers < 0 || o.Dispatchers > MaxDispatchers {
		return nil, fmt.Errorf("proactor: group.Options.Dispatchers is %d: want 0 (for 1) to %d", o.Dispatchers, MaxDispatchers)
	}
	g := &Group{policy: o.Policy}
	if g.policy == nil {
		g.policy = RoundRobin()
	}
	for range max(o.Dispatchers, 1) {
		d, err := proactor.New(o.Options)
		if err != nil {
			return nil, errors.Join(err, g.Close())
		}
		g.dispatchers = append(g.dispatchers, d)
	}
	return g, nil
}

// Run runs every dispatcher, each on a goroutine of its own, until Stop is
// called, and returns nil, or until Close is, and returns ErrClosed.
func (g *Group) Run() error {
	errs := make([]error, len(g.dispatchers))
	var all sync.WaitGroup
	for i, d := range g.dispatchers {
		all.Go(func() { errs[i] = d.Run() })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err // the same for all dispatchers
		}
	}
	return nil
}

// Stop makes Run return; see [proactor.Dispatcher.Stop].
func (g *Group) Stop() {
	for _, d := range g.dispatchers {
		d.Stop()
	}
}

// Close closes every dispatcher; see [proactor.Dispatcher.Close]. If a handler of one
// of them calls it, it fails with [proactor.ErrInHandler] and closes none.
func (g *Group) Close() error {
	for _, d := range g.dispatchers {
		if d.InHandler() {
			return d.Close() // which fails, and logs it
		}
	}
	var errs []error
	for _, d := range g.dispatchers {
		errs = append(errs, d.Close())
	}
	return errors.Join(errs...)
}

// Dispatchers are the dispatchers of the group, in a fixed order. The slice must not
// be changed.
func (g *Group) Dispatchers() []*proactor.Dispatcher { return g.dispatchers }

// Pick is the dispatcher that the policy chooses for key. Only ByKey uses the key.
// Connect and listen on the dispatcher that Pick returns.
func (g *Group) Pick(key uint64) *proactor.Dispatcher {
	return g.dispatchers[g.policy.Choose(g.dispatchers, key)]
}

// Place moves h, as a rule a stream that was just accepted, to the dispatcher that
// the policy chooses for key; see [proactor.Handle.MoveTo]. Work that has to be done
// there first can be posted to h.Dispatcher().
func (g *Group) Place(h *proactor.Handle, key uint64) error { return h.MoveTo(g.Pick(key)) }

// Policy chooses the dispatcher that serves a handle.
type Policy interface {
	// Choose returns an index into dispatchers, which is not empty. It may be called
	// from any goroutine.
	Choose(dispatchers []*proactor.Dispatcher, key uint64) int
}

// RoundRobin chooses each dispatcher in turn.
func RoundRobin() Policy { return new(roundRobin) }

type roundRobin struct{ turn atomic.Uint64 }

func (r *roundRobin) Choose(dispatchers []*proactor.Dispatcher, _ uint64) int {
	return int((r.turn.Add(1) - 1) % uint64(len(dispatchers)))
}

// LeastLoaded chooses the dispatcher with the fewest open handles.
func LeastLoaded() Policy { return leastLoaded{} }

type leastLoaded struct{}

func (leastLoaded) Choose(dispatchers []*proactor.Dispatcher, _ uint64) int {
	least := 0
	for i, d := range dispatchers {
		if d.OpenHandles() < dispatchers[least].OpenHandles() {
			least = i
		}
	}
	return least
}

// ByKey chooses the same dispatcher for the same key, and spreads keys evenly, also
// consecutive ones.
func ByKey() Policy { return byKey{} }

type byKey struct{}

func (byKey) Choose(dispatchers []*proactor.Dispatcher, key uint64) int {
	// The finalizer of MurmurHash3: every bit of the key affects every bit of the
	// result.
	key ^= key >> 33
	key *= 0xff51afd7ed558ccd
	key ^= key >> 33
	key *= 0xc4ceb9fe1a85ec53
	key ^= key >> 33
	return int(key % uint64(len(dispatchers)))
}
