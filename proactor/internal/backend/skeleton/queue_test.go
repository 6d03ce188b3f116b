package skeleton_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// scripted is a side that records what is asked of it.
type scripted struct {
	skeleton.Queue
	t         *testing.T
	held      *backend.Op
	run       func() (completed bool) // nil: nothing completes
	asked     []*backend.Op           // by CancelHeldLocked
	completed []*backend.Op
	runs      int
	wakes     int
}

func (s *scripted) HeldLocked() *backend.Op         { return s.held }
func (s *scripted) CancelHeldLocked(op *backend.Op) { s.asked = append(s.asked, op) }

func (s *scripted) Complete(op *backend.Op, err error) {
	op.Err = err
	s.completed = append(s.completed, op)
}

func (s *scripted) RunLocked() (completed bool) {
	if s.Mu.TryLock() {
		s.t.Error("RunLocked without the lock")
		s.Mu.Unlock()
	}
	s.runs++
	return s.run != nil && s.run()
}

func (s *scripted) Wake() {
	if !s.Mu.TryLock() {
		s.t.Fatal("Wake with the lock held")
	}
	s.Mu.Unlock()
	s.wakes++
}

// newScripted returns a side with three operations, the first of which is held.
func newScripted(t *testing.T) (s *scripted, ops []*backend.Op) {
	s = &scripted{t: t}
	for range 3 {
		op := new(backend.Op)
		s.Ops.Push(op)
		ops = append(ops, op)
	}
	s.held = ops[0]
	return s, ops
}

// Cancel completes what waits and asks for what is held. What has completed stays.
func TestCancelOfSide(t *testing.T) {
	s, ops := newScripted(t)
	if !skeleton.Cancel(s, ops[1]) || ops[1].Err != backend.ErrCanceled || !slices.Equal(s.completed, ops[1:2]) {
		t.Errorf("cancelled %v with %v", s.completed, ops[1].Err)
	}
	if s.runs != 1 || s.wakes != 1 || s.asked != nil {
		t.Errorf("%d runs, %d wakes, asked for %v", s.runs, s.wakes, s.asked)
	}
	if skeleton.Cancel(s, ops[0]) || !slices.Equal(s.asked, ops[:1]) || s.Ops.Head() != ops[0] {
		t.Errorf("asked for %v", s.asked)
	}
	if skeleton.Cancel(s, ops[1]) || len(s.completed) != 1 || s.wakes != 1 {
		t.Errorf("completed %d operations, with %d wakes", len(s.completed), s.wakes)
	}
	s.held = nil
	if !skeleton.Cancel(s, ops[0]) || len(s.completed) != 2 || s.wakes != 2 {
		t.Error("the head is not cancelled although it waits")
	}
}

// CancelAll completes what waits, in order, and asks for what is held, which stays the head.
func TestCancelAllOfSide(t *testing.T) {
	s, ops := newScripted(t)
	skeleton.CancelAll(s)
	if !slices.Equal(s.asked, ops[:1]) || !slices.Equal(s.completed, ops[1:]) || ops[2].Err != backend.ErrCanceled {
		t.Errorf("asked for %v, completed %v with %v", s.asked, s.completed, ops[2].Err)
	}
	if s.Ops.Pop() != ops[0] || !s.Ops.Empty() || s.runs != 1 || s.wakes != 1 {
		t.Errorf("%d runs, %d wakes, or another queue than the head", s.runs, s.wakes)
	}
	s, ops = newScripted(t)
	s.held = nil
	skeleton.CompleteAllLocked(s, backend.ErrHandleClosed)
	if s.asked != nil || !slices.Equal(s.completed, ops) || ops[0].Err != backend.ErrHandleClosed || !s.Ops.Empty() {
		t.Errorf("asked for %v, completed %v with %v", s.asked, s.completed, ops[0].Err)
	}
}

// A side that waits for a buffer runs with it. The buffer returns to the pool if the side
// does not need it.
func TestGrant(t *testing.T) {
	for _, needed := range []bool{true, false} {
		pool := backend.NewPool(8, 1)
		held := pool.TryTake()
		s := &scripted{t: t}
		var got *backend.PoolBuffer
		s.run = func() bool {
			if needed {
				got = s.TakeBufferLocked(s, pool)
			}
			return needed
		}
		s.Mu.Lock()
		if s.TakeBufferLocked(s, pool) != nil {
			t.Fatal("a buffer of an empty pool")
		}
		s.Unlock()
		held.Release()
		if s.runs != 1 || (got != nil) != needed || (s.wakes == 1) != needed || (pool.Free() == 0) != needed {
			t.Errorf("needed %v: %d runs, buffer %p, %d wakes, %d free", needed, s.runs, got, s.wakes, pool.Free())
		}
		if !needed {
			continue
		}
		s.Mu.Lock()
		s.ReturnBufferLocked(got)
		if again := s.TakeBufferLocked(s, pool); again != got || pool.Free() != 0 {
			t.Error("the buffer that was given back is not taken again")
		}
		s.ReturnBufferLocked(got)
		s.Unlock()
		if pool.Free() != 1 {
			t.Error("the buffer is not in the pool")
		}
		if s.Mu.Lock(); s.TakeBufferLocked(s, pool) != got {
			t.Error("the buffer of the pool is not taken")
		}
		s.Unlock()
	}
}

// Use calls its function while the handle is open.
func TestUse(t *testing.T) {
	var q skeleton.Queue
	calls := 0
	use := func() error {
		return q.Use(func() {
			if calls++; q.Mu.TryLock() {
				t.Error("the lock is not held")
			}
		})
	}
	if err := use(); err != nil || calls != 1 {
		t.Errorf("%v, after %d calls", err, calls)
	}
	q.Closed = backend.ErrHandleClosed
	if err := use(); err != backend.ErrHandleClosed || calls != 1 {
		t.Errorf("%v, after %d calls", err, calls)
	}
}

// Close calls its function once, and not at all after Claim.
func TestClosing(t *testing.T) {
	var c skeleton.Closing
	calls := 0
	f := func() {
		if calls++; !c.Begun() {
			t.Error("Close has not begun")
		}
	}
	if c.Begun() {
		t.Error("Close has begun")
	}
	for range 2 {
		if err := c.Close(f); err != nil {
			t.Error(err)
		}
	}
	if calls != 1 || c.Claim() {
		t.Errorf("%d calls, and Claim succeeds", calls)
	}
	var claimed skeleton.Closing
	if first, second := claimed.Claim(), claimed.Claim(); !first || second || !claimed.Begun() {
		t.Errorf("Claim: %v, %v", first, second)
	}
	if claimed.Close(f); calls != 1 {
		t.Error("Close after Claim calls its function")
	}
}

// Detach closes the sides, or changes nothing.
func TestDetach(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		prepare func(*skeleton.Base, *skeleton.Closing, *scripted)
		move    error
		want    error
	}{
		"idle":    {},
		"closed":  {func(_ *skeleton.Base, _ *skeleton.Closing, s *scripted) { s.Closed = backend.ErrBackendClosed }, nil, backend.ErrBackendClosed},
		"busy":    {func(_ *skeleton.Base, _ *skeleton.Closing, s *scripted) { s.Ops.Push(new(backend.Op)) }, nil, backend.ErrBusy},
		"stuck":   {nil, broken, broken},
		"closing": {func(_ *skeleton.Base, c *skeleton.Closing, _ *scripted) { c.Claim() }, nil, backend.ErrHandleClosed},
		"backend closing": {func(b *skeleton.Base, c *skeleton.Closing, _ *scripted) {
			c.Claim()
			b.Closed.Store(true)
		}, nil, backend.ErrBackendClosed},
	} {
		var b skeleton.Base
		var c skeleton.Closing
		in, out := &scripted{t: t}, &scripted{t: t}
		if test.prepare != nil {
			test.prepare(&b, &c, out)
		}
		begun := c.Begun()
		if err := c.Detach(&b, func() error { return test.move }, in, out); err != test.want {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if test.want == nil {
			if in.Closed != backend.ErrHandleClosed || out.Closed != backend.ErrHandleClosed || !c.Begun() {
				t.Errorf("%s: %v, %v", name, in.Closed, out.Closed)
			}
		} else if in.Closed != nil || c.Begun() != begun {
			t.Errorf("%s: it has changed the handle", name)
		}
		if !in.Mu.TryLock() || !out.Mu.TryLock() {
			t.Errorf("%s: it has kept a lock", name)
		}
	}
}
