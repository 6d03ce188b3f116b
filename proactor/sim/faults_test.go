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
		check  func(t *testing.T, f *fixture)
	}{
		{shortRead, Faults{ShortRead: 1}, func(t *testing.T, f *fixture) {
			near, far := f.pair()
			f.do(write(near, make([]byte, 100)))
			if op := f.do(read(far, 100)); op.N < 1 || op.N >= 100 {
				t.Errorf("read %d of 100", op.N)
			}
			if n, err := far.TryRead(make([]byte, 100)); n < 1 || n >= 100 {
				t.Errorf("TryRead: %d, %v", n, err)
			}
		}},
		{shortWrite, Faults{ShortWrite: 1}, func(t *testing.T, f *fixture) {
			near, _ := f.pair()
			if op := f.do(write(near, make([]byte, 100))); op.N < 1 || op.N >= 100 {
				t.Errorf("wrote %d of 100", op.N)
			}
			if op := f.do(write(near, make([]byte, 1))); op.N != 1 {
				t.Errorf("wrote %d of 1", op.N)
			}
		}},
		{wouldBlock, Faults{WouldBlock: 1}, func(t *testing.T, f *fixture) {
			near, far := f.pair()
			f.do(write(near, []byte("x")))
			if _, err := near.TryWrite([]byte("x")); err != backend.ErrWouldBlock {
				t.Errorf("TryWrite: %v", err)
			}
			if _, err := far.TryRead(make([]byte, 1)); err != backend.ErrWouldBlock {
				t.Errorf("TryRead: %v", err)
			}
		}},
		{delayed, Faults{Delay: 1}, func(t *testing.T, f *fixture) {
			near, far := f.pair()
			f.do(write(near, []byte("x")))
			if _, err := far.TryRead(make([]byte, 1)); err != backend.ErrWouldBlock {
				t.Errorf("it is there at once: %v", err)
			}
			f.do(read(far, 1))
		}},
		{stalled, Faults{Stall: 1}, func(t *testing.T, f *fixture) {
			near, far := f.pair()
			f.begin(write(near, []byte("x")))
			if _, err := far.TryRead(make([]byte, 1)); err != backend.ErrWouldBlock {
				t.Errorf("it was written at once: %v", err)
			}
			f.do(read(far, 1))
		}},
		{reordered, Faults{Reorder: 1}, checkReorder},
		{resetConn, Faults{Reset: 1}, func(t *testing.T, f *fixture) {
			near, far := f.pair()
			for range 2 {
				if op := f.do(write(near, []byte("x"))); !errors.Is(op.Err, backend.ECONNRESET) {
					t.Errorf("write: %v", op.Err)
				}
				if op := f.do(read(far, 1)); !errors.Is(op.Err, backend.ECONNRESET) {
					t.Errorf("read: %v", op.Err)
				}
			}
		}},
		{refused, Faults{Refuse: 1}, func(t *testing.T, f *fixture) {
			l := f.listen("tcp", "127.0.0.1:0", nil)
			if op := f.do(connectTo(l)); !errors.Is(op.Err, backend.ECONNREFUSED) {
				t.Errorf("connect: %v", op.Err)
			}
		}},
		{delayedDial, Faults{DelayDial: 1}, func(t *testing.T, f *fixture) {
			l := f.listen("tcp", "127.0.0.1:0", nil)
			op, done := f.begin(connectTo(l))
			f.dispatch(0)
			if *done {
				t.Errorf("connect completed at once: %v", op.Err)
			}
			f.until(func() bool { return *done })
		}},
		{delayedAccept, Faults{DelayAccept: 1}, func(t *testing.T, f *fixture) {
			l := f.listen("tcp", "127.0.0.1:0", nil)
			f.do(connectTo(l))
			_, done := f.begin(&backend.Op{Kind: backend.KindAccept, Handle: l})
			if f.dispatch(0); *done {
				t.Error("accept completed at once")
			}
			f.until(func() bool { return *done })
		}},
		{abortedAccept, Faults{AbortAccept: 1}, func(t *testing.T, f *fixture) {
			l := f.listen("tcp", "127.0.0.1:0", nil)
			near := f.do(connectTo(l)).New
			if op := f.do(&backend.Op{Kind: backend.KindAccept, Handle: l}); !errors.Is(op.Err, backend.ECONNABORTED) {
				t.Errorf("accept: %v", op.Err)
			}
			if op := f.do(read(near, 1)); !errors.Is(op.Err, backend.ECONNRESET) {
				t.Errorf("read: %v", op.Err)
			}
		}},
		{cancelLoses, Faults{CancelLoses: 1, Stall: 1}, func(t *testing.T, f *fixture) {
			near, far := f.pair()
			hopeless, cancelled := f.begin(read(near, 1))
			f.Cancel(hopeless)
			op, done := f.begin(write(near, []byte("x")))
			f.Cancel(op)
			if f.until(func() bool { return *done && *cancelled }); op.N != 1 || op.Err != nil {
				t.Errorf("write: %d, %v", op.N, op.Err)
			}
			if hopeless.Err != backend.ErrCanceled {
				t.Errorf("read of nothing: %v", hopeless.Err)
			}
			f.do(read(far, 1))
		}},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			f := newFixture(t, settings{Faults: c.faults})
			c.check(t, f)
			if n := f.Network(); n.Counts()[c.fault.String()] == 0 || !strings.Contains(n.Trace(), "fault "+c.fault.String()) {
				t.Errorf("not counted or not in the trace: %v\n%s", n.Counts(), n.Trace())
			}
		})
	}
}

// checkReorder starts two writes on each of many streams, and checks the order in
// which they complete.
func checkReorder(t *testing.T, f *fixture) {
	const streams = 20
	var ops []*backend.Op
	var order []int
	for range streams {
		near, _ := f.pair()
		ops = append(ops, write(near, []byte("x")), write(near, []byte("y")))
	}
	for i, op := range ops {
		op.Owner = func(*backend.Op) { order = append(order, i) }
		f.Start(op)
	}
	f.until(func() bool { return len(order) == len(ops) })
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
	f := newFixture(t, settings{Seed: 4711, Faults: Faults{ShortRead: 0.5}})
	near, _ := f.pair()
	l := f.listen("tcp", "127.0.0.1:0", nil)
	for _, v := range []any{f.Network(), f.attachment, near, l, f.Network().Trace} {
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
