package proactor_test

import (
	"context"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/alloctest"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/trace"
)

// TestNoAllocationSettings asserts that timeouts, cancel groups, tickers, events and
// external operations allocate nothing in steady state.
func TestNoAllocationSettings(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			turn := settingsTurn(t, d)
			turn()
			alloctest.None(t, 500, func() {
				for range 500 {
					turn()
				}
			})
		})
	}
}

// settingsTurn returns a function that uses each of them once.
func settingsTurn(t *testing.T, d *proactor.Dispatcher) func() {
	near, far := connectedPair(t, d, "tcp")
	nothing := proactor.HandlerFunc(func(*proactor.Operation) {})
	var group proactor.CancelGroup
	var read, ticker, user, wait proactor.Operation
	event := d.NewEvent()
	for _, op := range []*proactor.Operation{&read, &ticker, &user, &wait} {
		op.Handler = nothing
		op.SetCancelGroup(&group)
		op.SetTimeout(time.Hour)
		op.SetContext(context.Background())
	}
	ticks := 0
	ticker.Handler = proactor.HandlerFunc(func(*proactor.Operation) { ticks++ })
	in, out := make([]byte, 1), make([]byte, 1)
	return func() {
		ticks = 0
		near.Read(&read, in)
		if _, err := far.TryWrite(out); err != nil {
			t.Fatal(err)
		}
		d.StartTicker(&ticker, time.Microsecond)
		done := d.StartExternal(&user, nil)
		event.Wait(&wait)
		event.Signal()
		for ticks < 2 || read.Outstanding() || wait.Outstanding() {
			if _, err := d.RunOne(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		done.Complete(1, nil)
		group.Cancel()
		for group.Outstanding() > 0 {
			if _, err := d.Poll(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCompleteTwiceIsReported: Complete returns false to a processor that completes
// an operation twice, and Diagnostics report it. It is no mistake if an operation
// without a processor was cancelled before.
func TestCompleteTwiceIsReported(t *testing.T) {
	var faults []trace.Finding
	d, err := proactor.New(proactor.Options{Backend: proactor.Named("sim"), Diagnostics: proactor.Diagnostics{
		Completions: true,
		Report:      func(f trace.Finding) { faults = append(faults, f) },
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	op := proactor.Operation{Handler: proactor.HandlerFunc(func(*proactor.Operation) {})}
	for _, processor := range []proactor.Processor{nil, new(churn)} {
		done := d.StartExternal(&op, processor)
		if !done.Complete(1, nil) || done.Complete(2, nil) {
			t.Error("want the first Complete to count, and only that")
		}
		dispatchUntil(d, func() bool { return !op.Outstanding() })
		if done.Complete(3, nil) || op.N() != 1 {
			t.Errorf("completed with %d", op.N())
		}
	}
	if len(faults) != 2 || faults[0].Kind != trace.FindingTwice || faults[1].Kind != trace.FindingTwice {
		t.Errorf("reported: %v", faults)
	}
}

// TestOperationIsSmall: connections embed several operations. The part that the
// system needs is not limited: on Windows it includes an OVERLAPPED.
func TestOperationIsSmall(t *testing.T) {
	system := reflect.TypeFor[backend.OpSys]().Size()
	if size := proactor.OperationSize - system; size > 256 {
		t.Errorf("an Operation has %d bytes beside the %d of this system", size, system)
	}
}

// TestSettingsUnderPool ends operations early in every way at once, on a dispatcher
// with a pool: the handler is called exactly once for each start, and a timeout, a
// context or a cancel group never hits the next start.
func TestSettingsUnderPool(t *testing.T) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue // its time would have passed before the other goroutines run
		}
		t.Run(name, func(t *testing.T) {
			d := newDispatcher(t, proactor.Options{Backend: proactor.Named(name), Pool: proactor.Pool{Min: 4}})
			var streams [4]*proactor.Handle
			for i := 0; i < len(streams); i += 2 {
				streams[i], streams[i+1] = connectedPair(t, d, "tcp")
			}
			run := make(chan error, 1)
			go func() { run <- d.Run() }()
			var all sync.WaitGroup
			for i := range 8 {
				all.Add(1)
				newChurn(t, d, streams[i%len(streams)], uint64(i), &all).next()
			}
			all.Wait()
			d.Stop()
			if err := <-run; err != nil {
				t.Error(err)
			}
			d.Close()
		})
	}
}

// churn starts one operation after the other, and ends each of them early.
type churn struct {
	t      *testing.T
	d      *proactor.Dispatcher
	stream *proactor.Handle
	op     proactor.Operation
	group  proactor.CancelGroup
	rng    *rand.Rand
	buf    [16]byte
	ctx    context.Context
	cancel context.CancelFunc
	inside atomic.Int32
	left   int
	over   *sync.WaitGroup
}

func newChurn(t *testing.T, d *proactor.Dispatcher, h *proactor.Handle, seed uint64, over *sync.WaitGroup) *churn {
	c := &churn{t: t, d: d, stream: h, rng: rand.New(rand.NewPCG(seed, 0)), left: 400, over: over}
	c.op.Handler = c
	return c
}

// HandleCompletion implements proactor.Handler.
func (c *churn) HandleCompletion(op *proactor.Operation) {
	if c.inside.Add(1) != 1 {
		c.t.Error("two calls of a handler overlap")
	}
	if op.More() {
		c.d.Cancel(op)
		c.inside.Add(-1)
		return
	}
	c.cancel()
	c.inside.Add(-1) // an operation that is started now may complete at once, on another goroutine
	if c.left--; c.left == 0 {
		c.over.Done()
		return
	}
	c.next()
}

// Cancel implements proactor.Processor.
func (c *churn) Cancel(done proactor.Completion) { go done.Complete(0, proactor.ErrCanceled) }

// next starts an operation and ends it.
func (c *churn) next() {
	c.op.SetCancelGroup(nil)
	c.op.SetTimeout(0)
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.op.SetContext(c.ctx)
	end := c.cancel
	switch c.rng.IntN(3) {
	case 0:
		c.op.SetTimeout(time.Duration(c.rng.IntN(50)) * time.Microsecond)
	case 1:
		c.op.SetCancelGroup(&c.group)
		end = c.group.Cancel
	}
	before := c.rng.IntN(2) == 0
	if before {
		go end()
	}
	kind := c.rng.IntN(4)
	cancel := c.cancel // what follows races with the next round
	switch kind {
	case 0:
		c.stream.Read(&c.op, c.buf[:])
	case 1:
		c.d.StartTimer(&c.op, 100*time.Microsecond)
	case 2:
		c.d.StartTicker(&c.op, 100*time.Microsecond)
	case 3:
		done := c.d.StartExternal(&c.op, c)
		go done.Complete(1, nil)
	}
	go cancel()
}
