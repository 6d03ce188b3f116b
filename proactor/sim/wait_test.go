package sim

import (
	"errors"
	"math"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

func TestTimeJumpsToTheDeadline(t *testing.T) {
	f := newFixture(t, settings{})
	for _, d := range []time.Duration{time.Millisecond, time.Hour, 1000 * time.Hour} {
		if op := f.Wait(d); op != nil || f.Now() != d {
			t.Fatalf("Wait(%v) returned at %v", d, f.Now())
		}
	}
}

func TestTimeJumpsToWhatIsInFlight(t *testing.T) {
	f := newFixture(t, settings{Faults: Faults{Delay: 1, MaxDelay: time.Second}})
	near, far := f.pair()
	before := f.Now()
	f.do(write(near, []byte("x")))
	f.do(read(far, 1))
	if d := f.Now() - before; d <= 10*waitCost || d > 2*time.Second {
		t.Errorf("it arrived after %v", d)
	}
}

func TestWakeEndsOneWait(t *testing.T) {
	f := newFixture(t, settings{})
	f.Wake() // ends the next Wait
	if op := f.Wait(backend.NoDeadline); op != nil {
		t.Fatal(op)
	}
	woken := make(chan struct{})
	go func() {
		f.Wait(backend.NoDeadline)
		close(woken)
	}()
	f.Wake()
	<-woken
}

func TestCompletionFromAnotherGoroutineEndsAWait(t *testing.T) {
	f := newFixture(t, settings{})
	near, far := f.pair()
	f.begin(read(far, 1))
	completed := make(chan *backend.Op)
	go func() { completed <- f.Wait(backend.NoDeadline) }()
	near.TryWrite([]byte("x"))
	if op := <-completed; op == nil || op.Buf[0] != 'x' {
		t.Error(op)
	}
}

func TestSeveralBackendsWaitTogether(t *testing.T) {
	n := NewNetwork(1, Faults{Delay: 1, DelayDial: 1, DelayAccept: 1})
	server, client := newFixture(t, settings{Network: n}), newFixture(t, settings{Network: n})
	l := server.listen("tcp", "127.0.0.1:0", nil)
	served := make(chan error, 1)
	go func() {
		defer server.attachment.Close()
		peer := server.do(&backend.Op{Kind: backend.KindAccept, Handle: l}).New
		op := server.do(read(peer, 9))
		served <- server.do(write(peer, op.Buf[:op.N])).Err
	}()
	near := client.do(connectTo(l)).New
	client.do(write(near, []byte("x")))
	op, done := client.begin(read(near, 9))
	client.until(func() bool { return *done })
	if string(op.Buf[:op.N]) != "x" {
		t.Errorf("echo: %q, %v", op.Buf[:op.N], op.Err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestSeveralBackendsInTurn(t *testing.T) {
	n := NewNetwork(1, Faults{Delay: 1, DelayDial: 1, DelayAccept: 1})
	server, client := newFixture(t, settings{Network: n}), newFixture(t, settings{Network: n})
	l := server.listen("tcp", "127.0.0.1:0", nil)
	accept, accepted := server.begin(&backend.Op{Kind: backend.KindAccept, Handle: l})
	connect, connected := client.begin(connectTo(l))
	for !*accepted || !*connected {
		if server.dispatch(0)+client.dispatch(0) == 0 && !n.Step() {
			t.Fatalf("nothing in flight\n%s", n.Trace())
		}
	}
	if accept.Err != nil || connect.Err != nil {
		t.Error(accept.Err, connect.Err)
	}
	if n.Step() {
		t.Error("Step found something on a quiet network")
	}
}

func TestManualClock(t *testing.T) {
	f := newFixture(t, settings{Clock: ClockManual})
	expired := make(chan time.Duration)
	go func() {
		f.Wait(time.Second)
		expired <- f.Now()
	}()
	var at time.Duration
	for at == 0 {
		f.Network().Advance(300 * time.Millisecond)
		select {
		case at = <-expired:
		default:
		}
	}
	if at < time.Second || at%(300*time.Millisecond) != 0 {
		t.Errorf("it expired at %v", at)
	}
}

func TestSystemClockInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, settings{Clock: ClockSystem, Faults: Faults{Delay: 1, MaxDelay: time.Minute}})
		near, far := f.pair()
		go func() {
			time.Sleep(time.Minute)
			near.TryWrite([]byte("x"))
		}()
		begin := time.Now()
		op := f.do(read(far, 1))
		if d := time.Since(begin); op.N != 1 || d < time.Minute || d > 2*time.Minute {
			t.Errorf("%d bytes after %v, %v", op.N, d, op.Err)
		}
		if f.Wait(f.Now()+time.Second) != nil || time.Since(begin) < time.Minute+time.Second {
			t.Errorf("a deadline passed at %v", time.Since(begin))
		}
	})
}

func TestBackendCloseHandsOverEverything(t *testing.T) {
	for seed := range uint64(200) {
		f := attach(t, settings{Seed: seed, Faults: Faults{DelayDial: 0.5, Reorder: 0.5, Stall: 0.5}})
		l := f.listen("tcp", "127.0.0.1:0", nil)
		near, far := f.pair()
		var ops []*backend.Op
		var dones []*bool
		for _, op := range []*backend.Op{
			{Kind: backend.KindAccept, Handle: l}, connectTo(l), connectTo(l), read(near, 1),
			write(near, []byte("x")), read(far, 1), read(far, 1),
		} {
			_, done := f.begin(op)
			ops, dones = append(ops, op), append(dones, done)
		}
		f.attachment.Close()
		late, lateDone := f.begin(read(near, 1))
		ops, dones = append(ops, late), append(dones, lateDone)
		for f.dispatch(0) > 0 {
		}
		for i, op := range ops {
			if !*dones[i] || op.Err != nil && op.Err != backend.ErrBackendClosed {
				t.Fatalf("seed %d: operation %d: %v, %v", seed, i, *dones[i], op.Err)
			}
		}
		if _, err := f.Listen("tcp", "127.0.0.1:0", nil); !errors.Is(err, net.ErrClosed) {
			t.Fatalf("listen: %v", err)
		}
	}
}

// TestAdvanceExtremes: a span that would overflow the clock moves it to its end,
// and a negative span does not move it.
func TestAdvanceExtremes(t *testing.T) {
	f := newFixture(t, settings{Clock: ClockManual})
	n := f.Network()
	n.Advance(time.Hour)
	for _, test := range []struct{ by, now time.Duration }{
		{-1, time.Hour},
		{math.MinInt64, time.Hour},
		{math.MaxInt64, backend.NoDeadline - 1},
		{math.MaxInt64, backend.NoDeadline - 1},
		{1, backend.NoDeadline - 1},
	} {
		if n.Advance(test.by); f.Now() != test.now {
			t.Errorf("after %d it is %d, want %d", test.by, f.Now(), test.now)
		}
	}
}
