package proactor_test

import (
	"context"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/alloctest"
	"github.com/actum-go/actum/internal/racecheck"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// exchange sends bytes back and forth on one dispatcher: each end answers what it
// has read. scatter uses vectors.
type exchange struct {
	tb      testing.TB
	d       *proactor.Dispatcher
	ends    [2]exchangeEnd
	timer   proactor.Operation
	post    proactor.Operation
	scatter bool
	turns   int
}

// exchangeEnd is one end of the stream.
type exchangeEnd struct {
	x           *exchange
	h           *proactor.Handle
	read, write proactor.Operation
	in, out     [64]byte
	inV, outV   [][]byte
	answer      bool // something was read and has to be answered
}

func newExchange(tb testing.TB, name, network string) *exchange {
	tb.Helper()
	d := dispatcher(tb, name)
	x := &exchange{tb: tb, d: d}
	a, b := connectedPair(tb, d, network)
	for i, h := range []*proactor.Handle{a, b} {
		e := &x.ends[i]
		e.x, e.h = x, h
		e.inV, e.outV = [][]byte{e.in[:10], e.in[10:]}, [][]byte{e.out[:1], e.out[1:]}
		e.read.Handler, e.write.Handler = proactor.HandlerFunc(e.readDone), proactor.HandlerFunc(e.writeDone)
	}
	x.timer.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	x.post.Handler = x.timer.Handler
	return x
}

func (e *exchangeEnd) startRead() {
	if e.x.scatter {
		e.h.ReadV(&e.read, e.inV)
	} else {
		e.h.Read(&e.read, e.in[:])
	}
}

func (e *exchangeEnd) startWrite() {
	if e.x.scatter {
		e.h.WriteV(&e.write, e.outV)
	} else {
		e.h.Write(&e.write, e.out[:])
	}
}

func (e *exchangeEnd) readDone(op *proactor.Operation) {
	if e.x.turns == 0 {
		return // cancelled
	}
	e.check(op)
	e.x.turns--
	e.answer = true
	e.next()
}

func (e *exchangeEnd) writeDone(op *proactor.Operation) {
	e.check(op)
	e.next()
}

// next answers when the last answer has been written. That completion may be
// dispatched after the read of the other end's reply.
func (e *exchangeEnd) next() {
	if e.answer && e.x.turns > 0 && !e.write.Outstanding() {
		e.answer = false
		e.startRead()
		e.startWrite()
	}
}

func (e *exchangeEnd) check(op *proactor.Operation) {
	if op.Err() != nil || op.N() != len(e.in) {
		e.x.tb.Errorf("%v: %d bytes, %v", op.Kind(), op.N(), op.Err())
	}
}

// run makes that number of turns.
func (x *exchange) run(turns int) {
	x.turns = turns
	x.ends[0].answer, x.ends[1].answer = false, false
	x.ends[0].startRead()
	x.ends[1].startRead()
	x.ends[0].startWrite()
	for x.turns > 0 || x.ends[0].write.Outstanding() || x.ends[1].write.Outstanding() {
		if _, err := x.d.RunOne(context.Background()); err != nil {
			x.tb.Fatal(err)
		}
	}
	// One of the two still waits for a turn that does not come.
	x.d.Cancel(&x.ends[0].read)
	x.d.Cancel(&x.ends[1].read)
	for x.ends[0].read.Outstanding() || x.ends[1].read.Outstanding() {
		if _, err := x.d.RunOne(context.Background()); err != nil {
			x.tb.Fatal(err)
		}
	}
}

// TestNoAllocation asserts that operations allocate nothing in steady state, on
// every backend that talks to a kernel.
func TestNoAllocation(t *testing.T) {
	if racecheck.Enabled {
		t.Log("the race detector allocates: only the exchange itself is tested")
	}
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		for _, network := range []string{"tcp", "unix"} {
			for _, scatter := range []bool{false, true} {
				t.Run(allocName(name, network, scatter), func(t *testing.T) {
					conformance.NeedNetwork(t, name, network)
					x := newExchange(t, name, network)
					x.scatter = scatter
					x.run(100)
					alloctest.None(t, 2000, func() { x.run(2000) })
				})
			}
		}
	}
}

func allocName(name, network string, scatter bool) string {
	if scatter {
		return name + "/" + network + "/scatter"
	}
	return name + "/" + network
}

// TestNoAllocationTimersPosts is TestNoAllocation for timers and posts.
func TestNoAllocationTimersPosts(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			x := newExchange(t, name, "tcp")
			turn := func() {
				x.d.StartTimer(&x.timer, time.Hour)
				x.d.Cancel(&x.timer)
				x.d.Post(&x.post)
				for x.timer.Outstanding() || x.post.Outstanding() {
					if _, err := x.d.Poll(); err != nil {
						t.Fatal(err)
					}
				}
				x.d.StartTimer(&x.timer, time.Microsecond)
				if _, err := x.d.RunOne(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			turn()
			alloctest.None(t, 1000, func() {
				for range 1000 {
					turn()
				}
			})
		})
	}
}
