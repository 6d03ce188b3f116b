package sim

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// TestEachFault sets one probability to 1 and shows what that fault does.
func TestEachFault(t *testing.T) {
	for _, c := range []struct {
		fault  fault
		faults Faults
		check  func(t *testing.T, r *fixture)
	}{
		{shortRead, Faults{ShortRead: 1}, func(t *testing.T, r *fixture) {
			near, far := r.pair()
			r.do(write(near, make([]byte, 100)))
			if op := r.do(read(far, 100)); op.N < 1 || op.N >= 100 {
				t.Errorf("read %d of 100", op.N)
			}
			if n, err := far.TryRead(make([]byte, 100)); n < 1 || n >= 100 {
				t.Errorf("TryRead: %d, %v", n, err)
			}
		}},
		{shortWrite, Faults{ShortWrite: 1}, func(t *testing.T, r *fixture) {
			near, _ := r.pair()
			if op := r.do(write(near, make([]byte, 100))); op.N < 1 || op.N >= 100 {
				t.Errorf("wrote %d of 100", op.N)
			}
			if op := r.do(write(near, make([]byte, 1))); op.N != 1 {
				t.Errorf("wrote %d of 1", op.N)
			}
		}},
		{wouldBlock, Faults{WouldBlock: 1}, func(t *testing.T, r *fixture) {
			near, far := r.pair()
			r.do(write(near, []byte("x")))
			if _, err := near.TryWrite([]byte("x")); err != backend.ErrWouldBlock {
				t.Errorf("TryWrite: %v", err)
			}
			if _, err := far.TryRead(make([]byte, 1)); err != backend.ErrWouldBlock {
				t.Errorf("TryRead: %v", err)
			}
		}},
		{delayed, Faults{Delay: 1}, func(t *testing.T, r *fixture) {
			near, far := r.pair()
			r.do(write(near, []byte("x")))
			if _, err := far.TryRead(make([]byte, 1)); err != backend.ErrWouldBlock {
				t.Errorf("it is there at once: %v", err)
			}
			r.do(read(far, 1))
		}},
		{stalled, Faults{Stall: 1}, func(t *testing.T, r *fixture) {
			near, far := r.pair()
			r.begin(write(near, []byte("x")))
			if _, err := far.TryRead(make([]byte, 1)); err != backend.ErrWouldBlock {
				t.Errorf("it was written at once: %v", err)
			}
			r.do(read(far, 1))
		}},
		{reordered, Faults{Reorder: 1}, checkReorder},
		{resetConn, Faults{Reset: 1}, func(t *testing.T, r *fixture) {
			near, far := r.pair()
			for range 2 {
				if op := r.do(write(near, []byte("x"))); !errors.Is(op.Err, backend.ECONNRESET) {
					t.Errorf("write: %v", op.Err)
				}
				if op := r.do(read(far, 1)); !errors.Is(op.Err, backend.ECONNRESET) {
					t.Errorf("read: %v", op.Err)
				}
			}
		}},
		{refused, Faults{Refuse: 1}, func(t *testing.T, r *fixture) {
			l := r.listen("tcp", "127.0.0.1:0", nil)
			if op := r.do(connectTo(l)); !errors.Is(op.Err, backend.ECONNREFUSED) {
				t.Errorf("connect: %v", op.Err)
			}
		}},
		{delayedDial, Faults{DelayDial: 1}, func(t *testing.T, r *fixture) {
			l := r.listen("tcp", "127.0.0.1:0", nil)
			op, done := r.begin(connectTo(l))
			r.dispatch(0)
			if *done {
				t.Errorf("connect completed at once: %v", op.Err)
			}
			r.until(func() bool { return *done })
		}},
		{delayedAccept, Faults{DelayAccept: 1}, func(t *testing.T, r *fixture) {
			l := r.listen("tcp", "127.0.0.1:0", nil)
			r.do(connectTo(l))
			_, done := r.begin(&backend.Op{Kind: backend.KindAccept, Handle: l})
			if r.dispatch(0); *done {
				t.Error("accept completed at once")
			}
			r.until(func() bool { return *done })
		}},
		{abortedAccept, Faults{AbortAccept: 1}, func(t *testing.T, r *fixture) {
			l := r.listen("tcp", "127.0.0.1:0", nil)
			near := r.do(connectTo(l)).New
			if op := r.do(&backend.Op{Kind: backend.KindAccept, Handle: l}); !errors.Is(op.Err, backend.ECONNABORTED) {
				t.Errorf("accept: %v", op.Err)
			}
			if op := r.do(read(near, 1)); !errors.Is(op.Err, backend.ECONNRESET) {
				t.Errorf("read: %v", op.Err)
			}
		}},
		{cancelLoses, Faults{CancelLoses: 1, Stall: 1}, func(t *testing.T, r *fixture) {
			near, far := r.pair()
			hopeless, cancelled := r.begin(read(near, 1))
			r.Cancel(hopeless)
			op, done := r.begin(write(near, []byte("x")))
			r.Cancel(op)
			if r.until(func() bool { return *done && *cancelled }); op.N != 1 || op.Err != nil {
				t.Errorf("write: %d, %v", op.N, op.Err)
			}
			if hopeless.Err != backend.ErrCanceled {
				t.Errorf("read of nothing: %v", hopeless.Err)
			}
			r.do(read(far, 1))
		}},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			r := newFixture(t, settings{Faults: c.faults})
			c.check(t, r)
			if n := r.Network(); n.Counts()[c.fault.String()] == 0 || !strings.Contains(n.Trace(), "fault "+c.fault.String()) {
				t.Errorf("not counted or not in the trace: %v\n%s", n.Counts(), n.Trace())
			}
		})
	}
}

// checkReorder starts two writes on each of many streams, and checks the order in
// which they complete.
func checkReorder(t *testing.T, r *fixture) {
	const streams = 20
	var ops []*backend.Op
	var order []int
	for range streams {
		near, _ := r.pair()
		ops = append(ops, write(near, []byte("x")), write(near, []byte("y")))
	}
	for i, op := range ops {
		op.Owner = func(*backend.Op) { order = append(order, i) }
		r.Start(op)
	}
	r.until(func() bool { return len(order) == len(ops) })
	if slices.IsSorted(order) {
		t.Error("everything completed in the order of its start")
	}
	for i := 0; i < len(ops); i += 2 {
		if slices.Index(order, i) > slices.Index(order, i+1) {
			t.Errorf("the second write of a stream completed first: %v", order)
		}
	}
}

func TestWhatIsWrongWithOptions(t *testing.T) {
	for _, c := range []struct {
		name    string
		options settings
	}{
		{"Faults.Reset", settings{Faults: Faults{Reset: -0.1}}},
		{"Faults.ShortRead", settings{Faults: Faults{ShortRead: 1.1}}},
		{"Faults.MaxDelay", settings{Faults: Faults{MaxDelay: -time.Second}}},
		{"Faults.Buffer", settings{Network: NewNetwork(1, Faults{Buffer: -1})}},
		{"SetClock", settings{Clock: 9}},
	} {
		if b, err := c.options.network().OpenBackend(backend.Options{}); b != nil || err == nil || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s: %v, %v", c.name, b, err)
		}
	}
	for _, f := range []Faults{{}, Mild(), Rough()} {
		if _, err := NewNetwork(1, f).attach(); err != nil {
			t.Error(err)
		}
	}
}

func TestSeedIsInEveryName(t *testing.T) {
	r := newFixture(t, settings{Seed: 4711, Faults: Faults{ShortRead: 0.5}})
	near, _ := r.pair()
	l := r.listen("tcp", "127.0.0.1:0", nil)
	for _, v := range []any{r.Network(), r.attachment, near, l, r.Network().Trace} {
		var s string
		switch v := v.(type) {
		case interface{ String() string }:
			s = v.String()
		case func() string:
			s = v()
		}
		if !strings.Contains(s, "4711") {
			t.Errorf("%T: %q", v, s)
		}
	}
}
