package backend

import (
	"math"
	"testing"
)

// take fails the test unless a buffer is taken.
func take(t *testing.T, p *Pool) *PoolBuffer {
	t.Helper()
	b := p.TryTake()
	if b == nil {
		t.Fatal("the pool is empty")
	}
	return b
}

// The buffers of a pool do not overlap, and no buffer is in it twice.
func TestPool(t *testing.T) {
	p := NewPool(4, 3)
	seen := map[*byte]bool{}
	var all []*PoolBuffer
	for n := range 3 {
		b := take(t, p)
		if all = append(all, b); p.Free() != 2-n || p.Size() != 4 || b.Pool() != p || len(b.Space()) != 4 || cap(b.Space()) != 4 {
			t.Errorf("the pool has %d buffers, and one of %d bytes was taken", p.Free(), cap(b.Space()))
		}
		for i := range b.Space() {
			seen[&b.Space()[i]] = true
		}
	}
	if p.TryTake() != nil || len(seen) != 12 {
		t.Errorf("another buffer is taken, or they overlap: %d bytes in all", len(seen))
	}
	all[0].Fill(3)
	if string(all[0].Bytes()) != "\x00\x00\x00" {
		t.Errorf("filled with %q", all[0].Bytes())
	}
	for n, b := range all {
		if b.Release(); p.Free() != n+1 {
			t.Errorf("%d buffers are in the pool after %d were released", p.Free(), n+1)
		}
	}
	defer func() {
		if recover() == nil || p.Free() != 3 {
			t.Errorf("a buffer was released twice: %d are in the pool", p.Free())
		}
	}()
	all[0].Release()
}

// Waiters get a buffer in the order in which they came, each once.
func TestPoolWaiters(t *testing.T) {
	p := NewPool(1, 1)
	var order []int
	var got *PoolBuffer
	waiter := func(n int) *PoolWaiter {
		return p.Waiter(nil, func(b *PoolBuffer) {
			order = append(order, n)
			got = b
		})
	}
	first, second := waiter(1), waiter(2)
	if p.Waiter(first, nil) != first || NewPool(1, 1).Waiter(first, nil) == first {
		t.Error("a waiter is used for another pool, or not again for its own")
	}
	held := p.Take(first)
	if held == nil || p.Free() != 0 {
		t.Fatal("there is no buffer")
	}
	for _, w := range []*PoolWaiter{first, second, first} { // the first one still waits
		if p.Take(w) != nil {
			t.Fatal("an empty pool has a buffer")
		}
	}
	for n := 1; n <= 2; n++ {
		if held.Release(); len(order) != n || order[n-1] != n || got != held || p.Free() != 0 {
			t.Fatalf("after %d releases %v were granted, and %d are in the pool", n, order, p.Free())
		}
	}
	if p.Take(second) != nil {
		t.Fatal("an empty pool has a buffer")
	}
	if held.Release(); len(order) != 3 || order[2] != 2 {
		t.Errorf("%v were granted: a waiter waits again", order)
	}
	if held.Release(); len(order) != 3 || p.Free() != 1 {
		t.Errorf("%v were granted, and %d are in the pool: nothing waits", order, p.Free())
	}
}

// Spare buffers are found by their pool, and released once.
func TestSpareBuffers(t *testing.T) {
	a, b := NewPool(1, 3), NewPool(1, 1)
	var s SpareBuffers
	if s.TakeOf(a) != nil {
		t.Error("a buffer comes out of nothing")
	}
	first, other, second := take(t, a), take(t, b), take(t, a)
	for _, x := range []*PoolBuffer{first, other, second} {
		s.Add(x)
	}
	if got := s.TakeOf(b); got != other || got.next != nil {
		t.Errorf("took %p, want %p alone", got, other)
	}
	if s.TakeOf(b) != nil {
		t.Error("a buffer is taken twice")
	}
	kept := s.TakeOf(a)
	if kept != first && kept != second || kept.next != nil {
		t.Errorf("took %p, want one of the pool alone", kept)
	}
	s.Release()
	s.Release()
	if a.Free() != 2 || b.Free() != 0 || first.out.Load() == second.out.Load() {
		t.Errorf("%d and %d buffers are in the pools, want 2 and 0", a.Free(), b.Free())
	}
	kept.Release()
	other.Release()
}

// A buffer that is out keeps no other buffer reachable.
func TestBuffersAreUnlinked(t *testing.T) {
	p := NewPool(1, 2)
	b, c := take(t, p), take(t, p)
	if b.next != nil || c.next != nil {
		t.Error("a buffer that was taken is linked to another")
	}
	var s SpareBuffers
	s.Add(b)
	s.Add(c)
	w := p.Waiter(nil, func(b *PoolBuffer) {
		if b.next != nil {
			t.Error("a buffer that was granted is linked to another")
		}
	})
	p.Take(w)
	s.Release()
}

// A pool has at least one buffer of at least one byte, and no more than there can be.
func TestPoolSizes(t *testing.T) {
	for _, test := range []struct {
		size, count int
		good        bool
	}{
		{1, 1, true}, {0, 1, false}, {1, 0, false}, {-1, 1, false}, {1, -1, false}, {-1, -1, false},
		{math.MaxInt/2 + 1, 2, false}, {2, math.MaxInt/2 + 1, false},
	} {
		func() {
			defer func() {
				if good := recover() == nil; good != test.good {
					t.Errorf("%d buffers of %d bytes: made is %v", test.count, test.size, good)
				}
			}()
			NewPool(test.size, test.count)
		}()
	}
}
