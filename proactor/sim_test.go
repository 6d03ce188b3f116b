package proactor

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/actum-go/actum/proactor/sim"
)

// simDispatcher returns a dispatcher on a simulated network.
func simDispatcher(t *testing.T, n *sim.Network) *Dispatcher {
	t.Helper()
	d, err := New(Options{Backend: n})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// simEcho is one exchange through every layer of the dispatcher: a client sends
// numbered bytes to a server that returns them, over a network with faults, and
// dials again whenever the connection breaks.
type simEcho struct {
	t                    *testing.T
	d                    *Dispatcher
	ln                   *Handle
	accept, dial, redial Operation
	stuck                Operation

	conn        *Handle
	read, write Operation
	buf         [64]byte
	next        int // the byte that is expected
	dials       int
	failed      bool
}

// simEchoBytes is the number of bytes that one run exchanges.
const simEchoBytes = 50

func newSimEcho(t *testing.T, d *Dispatcher) *simEcho {
	e := &simEcho{t: t, d: d}
	var err error
	if e.ln, err = d.Listen("tcp", "127.0.0.1:0", nil); err != nil {
		t.Fatal(err)
	}
	e.accept.Handler = HandlerFunc(e.accepted)
	e.dial.Handler = HandlerFunc(e.dialled)
	e.redial.Handler = HandlerFunc(func(*Operation) { e.connect() })
	e.read.Handler = HandlerFunc(e.readDone)
	e.write.Handler = HandlerFunc(e.writeDone)
	e.stuck.Handler = HandlerFunc(func(op *Operation) { e.failed = op.Err() == nil })
	d.StartTimer(&e.stuck, time.Hour)
	e.ln.Accept(&e.accept)
	e.connect()
	return e
}

func (e *simEcho) done() bool { return e.next == simEchoBytes || e.failed }

// accepted serves a connection and accepts the next.
func (e *simEcho) accepted(op *Operation) {
	if h := op.Handle(); h != nil {
		s := &simServed{h: h}
		s.op.Handler = HandlerFunc(s.completed)
		h.Read(&s.op, s.buf[:])
	}
	if e.d.closed.Load() {
		return
	}
	e.ln.Accept(op)
}

// simServed is the server's end of a connection: one operation at a time.
type simServed struct {
	h   *Handle
	op  Operation
	buf [64]byte
}

func (s *simServed) completed(op *Operation) {
	switch {
	case op.Err() != nil:
		s.h.Close()
	case op.Kind() == KindRead:
		s.h.Write(op, s.buf[:op.N()])
	default: // the client sends byte by byte: a write is never short
		s.h.Read(op, s.buf[:])
	}
}

func (e *simEcho) connect() {
	e.dials++
	e.d.Connect(&e.dial, "tcp", e.ln.LocalAddr().String(), nil)
}

func (e *simEcho) dialled(op *Operation) {
	if op.Err() != nil {
		e.d.StartTimer(&e.redial, 100*time.Millisecond)
		return
	}
	e.conn = op.Handle()
	e.send()
}

func (e *simEcho) send() {
	e.buf[0] = byte(e.next)
	e.conn.Write(&e.write, e.buf[:1])
}

func (e *simEcho) writeDone(op *Operation) {
	if op.Err() != nil {
		e.reconnect()
		return
	}
	e.conn.Read(&e.read, e.buf[:])
}

func (e *simEcho) readDone(op *Operation) {
	if op.Err() != nil {
		e.reconnect()
		return
	}
	if op.N() != 1 || e.buf[0] != byte(e.next) {
		e.t.Errorf("%d bytes, the first %d, where %d was sent", op.N(), e.buf[0], e.next)
		e.failed = true
	}
	if e.next++; !e.done() {
		e.send()
	}
}

// reconnect drops the connection and dials another after a while.
func (e *simEcho) reconnect() {
	e.conn.Close()
	e.d.StartTimer(&e.redial, 100*time.Millisecond)
}

// runSimEcho returns the number of dials, the network's digest, and the virtual time
// that passed.
func runSimEcho(t *testing.T, seed uint64) (dials int, digest uint64, took time.Duration) {
	n := sim.NewNetwork(seed, sim.Rough())
	d := simDispatcher(t, n)
	e := newSimEcho(t, d)
	for !e.done() {
		if _, err := d.RunOne(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	took = n.Now()
	e.accept.Handler = HandlerFunc(func(*Operation) {})
	e.redial.Handler, e.dial.Handler = e.accept.Handler, e.accept.Handler
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if e.failed {
		t.Fatalf("%v, after %v\n%s", n, took, n.Trace())
	}
	return e.dials, n.Digest(), took
}

func TestSimEchoOverManySeeds(t *testing.T) {
	var dials int
	var took time.Duration
	for seed := range uint64(1000) {
		n, digest, d := runSimEcho(t, seed)
		if seed%10 == 0 {
			if _, again, _ := runSimEcho(t, seed); again != digest {
				t.Fatalf("seed %d: two runs differ", seed)
			}
		}
		dials, took = dials+n, took+d
	}
	t.Logf("%d connects, %v of virtual time", dials, took)
	if dials < 1100 {
		t.Errorf("%d connects: too few were refused or broken", dials)
	}
}

func TestSimTimersExpireInOrderAndAtOnce(t *testing.T) {
	d := simDispatcher(t, sim.NewNetwork(0, sim.Faults{}))
	defer d.Close()
	var expired []time.Duration
	ops := make([]Operation, 1000)
	for i := range ops {
		ops[i].Handler = HandlerFunc(func(*Operation) { expired = append(expired, d.Now()) })
		d.StartTimer(&ops[i], time.Duration(i*7919%1000)*time.Hour)
	}
	for len(expired) < len(ops) {
		if _, err := d.RunOne(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.IsSorted(expired) || d.Now() < 999*time.Hour {
		t.Errorf("timers of up to 999 h: the last at %v, in order: %v", d.Now(), slices.IsSorted(expired))
	}
}

func TestSimOptionsAreChecked(t *testing.T) {
	for want, o := range map[string]Options{
		"Faults.Reset":             {Backend: sim.NewNetwork(0, sim.Faults{Reset: 2})},
		"Options.WaitMode":         {Backend: sim.NewNetwork(0, sim.Faults{}), WaitMode: WaitLocked},
		"Options.DisabledFeatures": {Backend: sim.NewNetwork(0, sim.Faults{}), DisabledFeatures: []string{"speed"}},
	} {
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v instead of %s", err, want)
		}
	}
}

// TestSimInABubble runs the dispatcher on a goroutine of its own, beside others that
// sleep and block: the system's clock in a bubble is virtual, too, and waits for all
// of them.
func TestSimInABubble(t *testing.T) {
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			n := sim.NewNetwork(seed, sim.Mild())
			n.SetClock(sim.ClockSystem)
			d := simDispatcher(t, n)
			ran := make(chan error)
			go func() { ran <- d.Run() }()
			near, far := simPair(t, d)

			var timeout Operation
			timeout.Handler = HandlerFunc(func(op *Operation) {
				if op.Err() == nil {
					t.Errorf("seed %d: a timer of an hour expired after %v", seed, d.Now())
				}
			})
			d.StartTimer(&timeout, time.Hour)
			go func() {
				time.Sleep(59 * time.Minute) // nothing is outstanding: time must not run ahead
				simDo(near.Write, []byte("late"))
			}()
			if op := simDo(far.Read, make([]byte, 9)); op.Err() != nil {
				t.Errorf("seed %d: %v", seed, op.Err())
			}
			d.Cancel(&timeout)
			synctest.Wait()
			d.Close()
			<-ran
		})
	}
}

// simDo starts a read or a write and waits for it.
func simDo(start func(*Operation, []byte), b []byte) *Operation {
	done := make(chan *Operation, 1)
	op := &Operation{Handler: HandlerFunc(func(op *Operation) { done <- op })}
	start(op, b)
	return <-done
}

// simPair returns both ends of a connection of a running dispatcher.
func simPair(t *testing.T, d *Dispatcher) (near, far *Handle) {
	ln, err := d.Listen("unix", "pair", nil)
	if err != nil {
		t.Fatal(err)
	}
	ends := make(chan *Handle, 2)
	var accept, connect Operation
	accept.Handler = HandlerFunc(func(op *Operation) { ends <- op.Handle() })
	connect.Handler = accept.Handler
	ln.Accept(&accept)
	d.Connect(&connect, "unix", "pair", nil)
	return <-ends, <-ends
}
