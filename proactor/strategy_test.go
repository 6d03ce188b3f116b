package proactor_test

import (
	"errors"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/group"
	"github.com/actum-go/actum/proactor/sim"
)

// strategies are the ways to dispatch. The tests below, and the handlers in them,
// are the same under each.
var strategies = map[string]func() group.Options{
	"one goroutine":         func() group.Options { return group.Options{} },
	"one locked thread":     func() group.Options { return pooled(proactor.Pool{LockThreads: true}) },
	"pool of four":          func() group.Options { return pooled(proactor.Pool{Min: 4}) },
	"pool that grows":       func() group.Options { return pooled(proactor.Pool{Min: 1, Max: 8}) },
	"pool of threads":       func() group.Options { return pooled(proactor.Pool{Min: 2, Max: 4, LockThreads: true}) },
	"group, in turn":        func() group.Options { return grouped(group.RoundRobin()) },
	"group, least loaded":   func() group.Options { return grouped(group.LeastLoaded()) },
	"group, by key":         func() group.Options { return grouped(group.ByKey()) },
	"thread that waits":     func() group.Options { return waiting(1) },
	"three that wait":       func() group.Options { return waiting(3) },
	"group of three, pools": func() group.Options { return both(proactor.Pool{Min: 2}) },
}

func pooled(p proactor.Pool) group.Options {
	return group.Options{Options: proactor.Options{Pool: p}}
}

func grouped(p group.Policy) group.Options {
	return group.Options{Dispatchers: 3, Policy: p}
}

func waiting(n int) group.Options {
	return group.Options{Dispatchers: n, Options: proactor.Options{WaitMode: proactor.WaitLocked}}
}

func both(p proactor.Pool) group.Options {
	o := pooled(p)
	o.Dispatchers = 3
	return o
}

// underEach runs a test under each strategy, on each backend.
func underEach(t *testing.T, test func(*testing.T, *group.Group)) {
	for strategy, options := range strategies {
		for _, name := range workingBackends() {
			o := options()
			o.Backend = proactor.Named(name)
			if o.WaitMode == proactor.WaitLocked && name != "uring" {
				continue // other backends cannot wait on a locked thread
			}
			t.Run(strategy+"/"+name, func(t *testing.T) {
				if name == "sim" {
					o.Backend = sim.NewNetwork(1, sim.Faults{}) // of the whole group
				}
				g, err := group.New(o)
				if err != nil {
					t.Fatal(err)
				}
				test(t, g)
				if err := g.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// running runs g until the returned function is called.
func running(t *testing.T, g *group.Group) (stop func()) {
	ended := make(chan error, 1)
	go func() { ended <- g.Run() }()
	return func() {
		t.Helper()
		g.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// spreadEcho is an echo server whose connections are spread over a group.
type spreadEcho struct {
	g      *group.Group
	ln     *proactor.Handle
	accept proactor.Operation
	served sync.WaitGroup
	n      uint64
}

// served is one connection of it, and a strand. Nothing in it is locked, so that the
// race detector notices if the strand does not serialize.
type served struct {
	s           *spreadEcho
	h           *proactor.Handle
	read, write proactor.Operation
	in, out     [64]byte
	unsent      []byte
	calls       int
}

func (s *spreadEcho) HandleCompletion(op *proactor.Operation) {
	if op.Err() != nil {
		return
	}
	c := &served{s: s, h: op.Handle()}
	s.n++
	if err := s.g.Place(c.h, s.n); err != nil {
		panic(err)
	}
	strand := c.h.Dispatcher().NewStrand()
	c.read.Handler = proactor.HandlerFunc(c.readDone)
	c.read.SetStrand(strand)
	c.write.Handler = proactor.HandlerFunc(c.writeDone)
	c.write.SetStrand(strand)
	c.h.Read(&c.read, c.in[:])
	s.ln.Accept(op)
}

func (c *served) readDone(op *proactor.Operation) {
	c.calls++
	if op.Err() != nil {
		c.h.Close()
		c.s.served.Done()
		return
	}
	c.unsent = c.out[:copy(c.out[:], c.in[:op.N()])]
	c.h.Write(&c.write, c.unsent)
}

func (c *served) writeDone(op *proactor.Operation) {
	c.calls++
	if c.unsent = c.unsent[op.N():]; len(c.unsent) > 0 && op.Err() == nil {
		c.h.Write(op, c.unsent)
		return
	}
	c.h.Read(&c.read, c.in[:])
}

// caller is a client that sends numbered bytes and expects them back.
type caller struct {
	t           *testing.T
	h           *proactor.Handle
	dial        proactor.Operation
	read, write proactor.Operation
	buf         [1]byte
	rounds      int
	done        *sync.WaitGroup
}

func (c *caller) start(d *proactor.Dispatcher, ln *proactor.Handle) {
	strand := d.NewStrand()
	for _, op := range []*proactor.Operation{&c.dial, &c.read, &c.write} {
		op.Handler = c
		op.SetStrand(strand)
	}
	d.Connect(&c.dial, "tcp", ln.LocalAddr().String(), nil)
}

func (c *caller) HandleCompletion(op *proactor.Operation) {
	if op.Err() != nil {
		c.t.Error(op.Kind(), op.Err())
		c.done.Done()
		return
	}
	switch op {
	case &c.dial:
		c.h = op.Handle()
	case &c.write:
		c.h.Read(&c.read, c.buf[:])
		return
	case &c.read:
		if c.buf[0] != byte(c.rounds) {
			c.t.Errorf("got %d back, want %d", c.buf[0], byte(c.rounds))
		}
	}
	if c.rounds--; c.rounds == 0 {
		c.h.Close()
		c.done.Done()
		return
	}
	c.buf[0] = byte(c.rounds)
	c.h.Write(&c.write, c.buf[:])
}

func TestStrategiesEcho(t *testing.T) {
	underEach(t, func(t *testing.T, g *group.Group) {
		s := &spreadEcho{g: g}
		ln, err := g.Pick(0).Listen("tcp", "127.0.0.1:0", nil)
		if err != nil {
			t.Fatal(err)
		}
		s.ln, s.accept.Handler = ln, s
		ln.Accept(&s.accept)
		stop := running(t, g)
		var done sync.WaitGroup
		const callers = 16
		s.served.Add(callers)
		for i := range callers {
			c := &caller{t: t, rounds: 50, done: &done}
			done.Add(1)
			c.start(g.Pick(uint64(i)), ln)
		}
		done.Wait()
		s.served.Wait()
		stop()
	})
}

// Posts of one goroutine into one strand are handled in their order, one at a time,
// whatever else happens.
func TestStrategiesStrandKeepsOrder(t *testing.T) {
	underEach(t, func(t *testing.T, g *group.Group) {
		stop := running(t, g)
		var posters sync.WaitGroup
		for i := range 8 {
			posters.Go(func() {
				d := g.Pick(uint64(i))
				strand := d.NewStrand()
				next := 0 // only the strand uses it: no lock
				var all sync.WaitGroup
				ops := make([]proactor.Operation, 200)
				all.Add(len(ops))
				for n := range ops {
					ops[n].SetStrand(strand)
					ops[n].Handler = proactor.HandlerFunc(func(*proactor.Operation) {
						if next != n {
							t.Errorf("post %d comes at place %d", n, next)
						}
						next++
						all.Done()
					})
					d.Post(&ops[n])
				}
				all.Wait()
			})
		}
		posters.Wait()
		stop()
	})
}

// Operations that are outstanding when Run ends stay outstanding, and complete in the
// next Run; those that are outstanding at Close complete.
func TestStrategiesStopRunClose(t *testing.T) {
	underEach(t, func(t *testing.T, g *group.Group) {
		d := g.Pick(1)
		ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
		if err != nil {
			t.Fatal(err)
		}
		results := make(chan error, 2)
		var accept, post proactor.Operation
		accept.Handler = proactor.HandlerFunc(func(op *proactor.Operation) { results <- op.Err() })
		post.Handler = accept.Handler
		ln.Accept(&accept)
		for range 3 {
			stop := running(t, g)
			d.Post(&post)
			if err := <-results; err != nil {
				t.Error(err)
			}
			stop()
		}
		ended := make(chan error, 1)
		go func() { ended <- g.Run() }()
		d.Post(&post)
		<-results
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		if err := <-results; !errors.Is(err, proactor.ErrClosed) {
			t.Errorf("an accept outstanding at Close: %v", err)
		}
		if err := <-ended; err != proactor.ErrClosed {
			t.Errorf("Run: %v", err)
		}
	})
}

// A pool has at most Max goroutines in handlers; when they have nothing to do it
// shrinks.
func TestPoolGrowsAndShrinks(t *testing.T) {
	d := newDispatcher(t, proactor.Options{Pool: proactor.Pool{Min: 1, Max: 4}})
	ended := make(chan error, 1)
	go func() { ended <- d.Run() }()
	const posts = 6
	in, out := make(chan struct{}, posts), make(chan struct{})
	var busy, most atomic.Int32
	var all sync.WaitGroup
	var ops [posts]proactor.Operation
	for i := range ops {
		all.Add(1)
		ops[i].Handler = proactor.HandlerFunc(func(*proactor.Operation) {
			if n := busy.Add(1); n > most.Load() {
				most.Store(n)
			}
			in <- struct{}{}
			<-out
			busy.Add(-1)
			all.Done()
		})
		d.Post(&ops[i])
	}
	for range 4 {
		<-in // four handlers run at the same time
	}
	for range posts {
		out <- struct{}{}
	}
	all.Wait()
	if n := most.Load(); n != 4 {
		t.Errorf("%d handlers at once, want 4", n)
	}
	for proactor.PoolSize(d) > 2 { // one leads, one is spare
		var post proactor.Operation
		called := make(chan struct{})
		post.Handler = proactor.HandlerFunc(func(*proactor.Operation) { close(called) })
		d.Post(&post)
		<-called
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != proactor.ErrClosed {
		t.Error(err)
	}
}

// Under each strategy, and on each goroutine of a pool, InHandler is true in a handler,
// which can close neither its dispatcher nor the group.
func TestCloseInHandler(t *testing.T) {
	underEach(t, func(t *testing.T, g *group.Group) {
		stop := running(t, g)
		var ops [32]proactor.Operation
		var all sync.WaitGroup
		all.Add(len(ops))
		for i := range ops {
			d := g.Pick(uint64(i))
			ops[i].Handler = proactor.HandlerFunc(func(*proactor.Operation) {
				defer all.Done()
				if !d.InHandler() {
					t.Error("InHandler is false in a handler")
					return // Close would not return
				}
				if err := d.Close(); !errors.Is(err, proactor.ErrInHandler) {
					t.Errorf("Close in a handler: %v", err)
				}
				if err := g.Close(); !errors.Is(err, proactor.ErrInHandler) {
					t.Errorf("Close of the group in a handler: %v", err)
				}
			})
			d.Post(&ops[i])
		}
		all.Wait()
		stop()
		for _, d := range g.Dispatchers() {
			if n := proactor.PoolMembers(d); d.InHandler() || n != 0 {
				t.Errorf("InHandler is %v outside of a handler, and %d goroutines are registered", d.InHandler(), n)
			}
		}
	})
}

// A handle can be moved between two operations, and bytes that are sent meanwhile are
// not lost.
func TestMoveTo(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			o := proactor.Options{Backend: proactor.Named(name)}
			if name == "sim" {
				o.Backend = sim.NewNetwork(1, sim.Faults{}) // of the whole group
			}
			g, err := group.New(group.Options{Options: o, Dispatchers: 2})
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			stop := running(t, g)
			defer stop()
			a, b := streamPair(t, g.Dispatchers()[0])
			for range 3 {
				for _, d := range g.Dispatchers() {
					var buf [4]byte
					if err := b.MoveTo(d); errors.Is(err, errors.ErrUnsupported) {
						t.Skip(err)
					} else if err != nil {
						t.Fatal(err)
					}
					read := await(t, func(op *proactor.Operation) {
						b.Read(op, buf[:])
						if err := b.MoveTo(other(g, d)); !errors.Is(err, proactor.ErrBusy) || b.Dispatcher() != d {
							t.Errorf("moving a handle with a read outstanding: %v", err)
						}
						await(t, func(op *proactor.Operation) { a.Write(op, []byte("xy")) })
					})
					if read.N() != 2 || read.Err() != nil || string(buf[:2]) != "xy" {
						t.Fatal(read.N(), read.Err())
					}
				}
			}
			if write := await(t, func(op *proactor.Operation) { a.Write(op, []byte("z")) }); write.Err() != nil {
				t.Error(write.Err())
			}
			if err := b.MoveTo(other(g, b.Dispatcher())); err != nil {
				t.Error(err) // bytes that have arrived move along
			}
			a.Close()
			var buf [4]byte
			await(t, func(op *proactor.Operation) { b.Read(op, buf[:]) })
			if end := await(t, func(op *proactor.Operation) { b.Read(op, buf[:]) }); end.Err() != io.EOF {
				t.Error(end.Err())
			}
			if n := g.Dispatchers()[0].OpenHandles() + g.Dispatchers()[1].OpenHandles(); n != 1 {
				t.Errorf("%d handles are open, want 1", n)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
			if err := b.MoveTo(other(g, b.Dispatcher())); !errors.Is(err, proactor.ErrHandleClosed) {
				t.Errorf("moving a closed handle: %v", err)
			}
		})
	}
}

func other(g *group.Group, d *proactor.Dispatcher) *proactor.Dispatcher {
	if all := g.Dispatchers(); d == all[0] {
		return all[1]
	}
	return g.Dispatchers()[0]
}

// await starts an operation on a dispatcher that another goroutine runs, and
// waits for it.
func await(t *testing.T, start func(*proactor.Operation)) *proactor.Operation {
	t.Helper()
	op, done := new(proactor.Operation), make(chan struct{})
	op.Handler = proactor.HandlerFunc(func(*proactor.Operation) { close(done) })
	start(op)
	<-done
	return op
}

// streamPair makes the two ends of a connection on a dispatcher that another
// goroutine runs.
func streamPair(t *testing.T, d *proactor.Dispatcher) (a, b *proactor.Handle) {
	t.Helper()
	ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	dial := await(t, func(op *proactor.Operation) { d.Connect(op, "tcp", ln.LocalAddr().String(), nil) })
	accept := await(t, func(op *proactor.Operation) { ln.Accept(op) })
	if err := errors.Join(dial.Err(), accept.Err()); err != nil {
		t.Fatal(err)
	}
	return dial.Handle(), accept.Handle()
}

func TestStrandOfAnotherDispatcherPanics(t *testing.T) {
	g, err := group.New(group.Options{Dispatchers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	op := proactor.NewOperation(func(*proactor.Operation) {})
	op.SetStrand(g.Dispatchers()[0].NewStrand())
	g.Dispatchers()[1].Post(op)
}

func TestOptionsOfPools(t *testing.T) {
	for _, o := range []group.Options{
		{Dispatchers: -1}, {Dispatchers: group.MaxDispatchers + 1}, {Dispatchers: math.MaxInt},
		{Options: proactor.Options{WaitMode: "somehow"}},
		{Options: proactor.Options{WaitMode: proactor.WaitLocked, Pool: proactor.Pool{Min: 2}}},
		{Options: proactor.Options{WaitMode: proactor.WaitLocked, Backend: proactor.Named("goroutine")}},
		pooled(proactor.Pool{Min: proactor.MaxPool + 1}), pooled(proactor.Pool{Min: math.MaxInt}), pooled(proactor.Pool{Min: math.MaxInt, Max: math.MaxInt}),
		pooled(proactor.Pool{Max: proactor.MaxPool + 1, LockThreads: true}),
		{Options: proactor.Options{Record: proactor.RecordOptions{History: math.MaxInt}}}, {Options: proactor.Options{Record: proactor.RecordOptions{History: -1}}},
		{Options: proactor.Options{RingEntries: math.MaxInt}}, {Options: proactor.Options{RingEntries: -1}},
		{Options: proactor.Options{Diagnostics: proactor.Diagnostics{SlowHandler: -1}}},
		pooled(proactor.Pool{Min: -1}), pooled(proactor.Pool{Max: -1}), pooled(proactor.Pool{Min: 3, Max: 2}),
	} {
		if g, err := group.New(o); err == nil {
			g.Close()
			t.Errorf("%+v: no error", o)
		}
	}
	for _, p := range []proactor.Pool{
		{Min: 2, Max: 2}, {Min: 2, Max: 3}, {Max: 2}, {Min: proactor.MaxPool}, {Min: proactor.MaxPool, Max: math.MaxInt}, {Max: proactor.MaxPool, LockThreads: true},
	} {
		g, err := group.New(pooled(p))
		if err != nil {
			t.Errorf("%+v: %v", p, err)
			continue
		}
		g.Close()
	}
}
