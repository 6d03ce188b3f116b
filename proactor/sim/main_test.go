package sim

import (
	"testing"
	"time"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/proactor/internal/backend"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// stuckAfter is the virtual time after which a test is considered stuck. It costs
// nothing, because the clock jumps.
const stuckAfter = time.Hour

// fixture is one goroutine that drives one backend: a dispatcher without timers.
// The Owner of every operation is its handler, a func(*backend.Op).
type fixture struct {
	t testing.TB
	*attachment
}

// newFixture returns a fixture that is closed at the end of the test.
func newFixture(t testing.TB, o settings) *fixture {
	t.Helper()
	f := attach(t, o)
	t.Cleanup(func() { f.Close() })
	return f
}

// settings describe the network of a fixture: Network, or the other fields.
type settings struct {
	Network *Network
	Seed    uint64
	Faults  Faults
	Clock   Clock
}

// network returns o.Network, or makes one.
func (o settings) network() *Network {
	if o.Network != nil {
		return o.Network
	}
	n := NewNetwork(o.Seed, o.Faults)
	n.SetClock(o.Clock)
	return n
}

func attach(t testing.TB, o settings) *fixture {
	t.Helper()
	b, err := o.network().attach()
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{t, b}
}

// dispatch runs one round, which waits until deadline at most.
func (f *fixture) dispatch(deadline time.Duration) (n int) {
	for op := f.Wait(deadline); op != nil; n++ {
		next := op.Next
		op.Next = nil
		op.Owner.(func(*backend.Op))(op)
		op = next
	}
	return n
}

// until dispatches until done returns true.
func (f *fixture) until(done func() bool) {
	f.t.Helper()
	limit := f.Now() + stuckAfter
	for !done() {
		if f.dispatch(limit) == 0 && f.Now() >= limit {
			f.t.Fatalf("stuck: %v\n%s", f.Network(), f.Network().Trace())
		}
	}
}

// begin starts an operation and returns it, and a flag that its completion sets.
func (f *fixture) begin(op *backend.Op) (*backend.Op, *bool) {
	done := new(bool)
	op.Owner = func(*backend.Op) { *done = true }
	f.Start(op)
	return op, done
}

// do carries an operation out.
func (f *fixture) do(op *backend.Op) *backend.Op {
	f.t.Helper()
	_, done := f.begin(op)
	f.until(func() bool { return *done })
	return op
}

func (f *fixture) listen(network, address string, o *backend.SocketOptions) backend.Handle {
	f.t.Helper()
	l, err := f.Listen(network, address, o)
	if err != nil {
		f.t.Fatal(err)
	}
	return l
}

// pair returns both ends of a connection. It repeats attempts that fail because of
// faults.
func (f *fixture) pair() (near, far backend.Handle) {
	f.t.Helper()
	l := f.listen("tcp", "127.0.0.1:0", nil)
	defer l.Close()
	accept, accepted := f.begin(&backend.Op{Kind: backend.KindAccept, Handle: l})
	for {
		connect := f.do(connectTo(l))
		if connect.Err != nil {
			continue
		}
		f.until(func() bool { return *accepted })
		if accept.Err == nil {
			return connect.New, accept.New
		}
		connect.New.Close()
		accept, accepted = f.begin(&backend.Op{Kind: backend.KindAccept, Handle: l})
	}
}

func connectTo(l backend.Handle) *backend.Op {
	a := l.LocalAddr()
	return &backend.Op{Kind: backend.KindConnect, Args: &backend.ConnectArgs{Network: a.Network(), Address: a.String()}}
}

func read(h backend.Handle, n int) *backend.Op {
	return &backend.Op{Kind: backend.KindRead, Handle: h, Buf: make([]byte, n)}
}

func write(h backend.Handle, b []byte) *backend.Op {
	return &backend.Op{Kind: backend.KindWrite, Handle: h, Buf: b}
}
