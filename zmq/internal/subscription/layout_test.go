package subscription

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"
)

// growth returns the units that a node takes each time that one more child makes it
// grow, and the number of children then. Its keys are keys(0), keys(1), ...
func growth(t *testing.T, keys func(i int) int) (steps string) {
	t.Helper()
	var x Index[int]
	p := x.Join(1)
	before := 0
	for i := range 256 {
		x.Add(p, []byte{byte(keys(i))})
		n := x.node(x.root)
		if now := blockUnits(n.code(), n.fixed()); now != before {
			before = now
			steps += fmt.Sprintf(" %d:%d", n.children(), now)
		}
	}
	if err := x.check(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// The memory that a node takes is chosen, and each change of it is one of the memory
// of all subscriptions: these are the figures, as children:units.
func TestGrowthOfANode(t *testing.T) {
	for name, tt := range map[string]struct {
		keys func(i int) int
		want string
	}{
		"upward":   {func(i int) int { return i }, wantUpward},
		"downward": {func(i int) int { return 255 - i }, wantDownward},
		"spread":   {func(i int) int { return i * 77 & 255 }, wantSpread},
	} {
		if got := growth(t, tt.keys); got != tt.want {
			t.Errorf("%s:%s, want%s", name, got, tt.want)
		}
	}
}

const (
	wantUpward   = " 1:4 5:8 14:12 21:16 27:20 35:24 45:32 59:40 77:52 101:68 129:132"
	wantDownward = wantUpward
	wantSpread   = " 1:4 5:8 11:12 17:16 21:20 27:24 35:32 45:40 59:52 77:64 101:132"
)

// codeFor returns the largest capacity that takes no more memory than the smallest one
// with enough room.
func TestCapacityFor(t *testing.T) {
	for _, of := range []byte{0, ranged} {
		for _, fixed := range []int{fixedSize(kindPlain, 1), fixedSize(kindOne, 3), fixedSize(kindMany, 200)} {
			for children := range 257 {
				least := math.MaxInt
				for code, room := range capacities {
					if int(room) >= children {
						least = min(least, blockUnits(of|byte(code), fixed))
					}
				}
				want := 0
				for code := range capacities {
					if blockUnits(of|byte(code), fixed) == least {
						want = code
					}
				}
				if got := codeFor(children, fixed, of); got != of|byte(want) {
					t.Errorf("%d children: code %#x, want %#x", children, got, of|byte(want))
				}
			}
		}
	}
}

// A block of the size of a cache line is in one line. The first reference is none.
func TestBlocksInLines(t *testing.T) {
	var x Index[int]
	p := x.Join(1)
	for i := range 3000 {
		x.Add(p, fmt.Appendf(nil, "%d", i*7919%3000))
	}
	lines := 0
	var walk func(r ref)
	walk = func(r ref) {
		n := x.node(r)
		if blockUnits(n.code(), n.fixed()) == lineUnits && n.code() != 0 {
			lines++
			if r%lineUnits != 0 {
				t.Errorf("a line begins at unit %d", r)
			}
		}
		for c, k := n.after(0); c != 0; c, k = n.after(int(k) + 1) {
			walk(c)
		}
	}
	walk(x.root)
	if lines == 0 {
		t.Error("no node takes a line")
	}
	if uint64(maxPages)*pageUnits != 1<<32 {
		t.Errorf("a reference has %d pages of %d units", maxPages, pageUnits)
	}
}

// The pages that some subscriptions take. Any other figure is a change of the memory
// that subscriptions need.
func TestPagesOfSubscriptions(t *testing.T) {
	used := func(x *Index[int]) (units int) {
		for _, n := range x.used {
			units += int(n)
		}
		return units
	}
	for _, tt := range []struct{ n, bytes, units, afterwards int }{
		{1, 566, 9, 9}, {10, 822, 42, 9}, {100, 6198, 392, 50}, {5000, 180521, 19452, 2732},
	} {
		var x Index[int]
		p := x.Join(1)
		all := topics(tt.n)
		for _, topic := range all {
			x.Add(p, topic)
		}
		size, had := bytesOf(&x.memory), used(&x)
		for i, topic := range all {
			if i%10 > 0 {
				x.Remove(p, topic)
			}
		}
		if got := used(&x); size != tt.bytes || had != tt.units || got != tt.afterwards {
			t.Errorf("%d subscriptions: %d bytes, %d units, then %d; want %d, %d, %d", tt.n, size, had, got, tt.bytes, tt.units, tt.afterwards)
		}
		if err := x.check(); err != nil {
			t.Fatal(err)
		}
	}
}

// An index is full when the longest path that one more prefix could need might not fit.
func TestFullIndex(t *testing.T) {
	var x Index[int]
	x.limit = 20
	p := x.Join(1)
	for _, topic := range topics(50_000) {
		x.Add(p, topic)
	}
	if n := len(x.pages) - len(x.gone); n != 9 {
		t.Errorf("%d pages of %d are used", n, x.limit)
	}
	if added, _ := x.Add(p, make([]byte, 2*pageSize)); added {
		t.Error("a prefix of two pages was added")
	}
}

// Two labels are merged if the result is not longer than a label may be.
func TestMergedLabels(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 2*maxLabel)
	for size := maxLabel - 2; size <= maxLabel+2; size++ {
		var x Index[int]
		p := x.Join(1)
		x.Add(p, long[:100])
		x.Add(p, long[:size])
		x.Remove(p, long[:100])
		if err := x.check(); err != nil {
			t.Errorf("labels of %d bytes together: %v", size, err)
		}
		if got := x.Match(long); len(got) != 1 {
			t.Errorf("labels of %d bytes together: %d match", size, len(got))
		}
	}
}

// A group that has one member left is none any more, and it keeps no peer and no
// value, nor does a group a member that has left.
func TestGroupsKeepNothing(t *testing.T) {
	var x Index[*int]
	var peers []*Peer[*int]
	a := []byte("a")
	for i := range 100 {
		peers = append(peers, x.Join(new(int)))
		x.Add(peers[i], a)
		if i == 0 {
			continue
		}
		if g := x.groups[0]; (g.at != nil) != (i+1 > fewMembers) || fewMembers != 8 {
			t.Fatalf("%d members: they are found by a map: %v", i+1, g.at != nil)
		}
	}
	g := x.groups[0]
	for left := 99; left >= 1; left-- {
		x.Remove(peers[left], a)
		for i, p := range g.peers[:cap(g.peers)] {
			if i >= len(g.peers) && p != nil || g.at != nil && len(g.at) != len(g.peers) {
				t.Fatalf("%d members, and a peer at %d of %d", left, i, len(g.at))
			}
		}
		for i, v := range g.values[:cap(g.values)] {
			if i >= len(g.values) && v != nil {
				t.Fatalf("%d members, and a value at %d", left, i)
			}
		}
		if len(g.peers) > fewMembers && cap(g.peers) > 4*len(g.peers) {
			t.Fatalf("room for %d in a group of %d", cap(g.peers), left)
		}
	}
	if x.groups[0] != nil || len(x.spare) != 1 {
		t.Errorf("the group is kept; %d ids are spare", len(x.spare))
	}
	second := x.Join(new(int))
	x.Add(second, a)
	if len(x.groups) != 1 || len(x.spare) != 0 {
		t.Errorf("%d groups, %d of them spare", len(x.groups), len(x.spare))
	}
}

// Sweep removes no more than it is asked to.
func TestSweepCounts(t *testing.T) {
	var x Index[int]
	p, stays := x.Join(1), x.Join(2)
	for _, s := range []string{"a", "b", "c", "shared"} {
		x.Add(p, []byte(s))
	}
	x.Add(stays, []byte("shared"))
	x.Leave(p)
	x.Leave(p) // changes nothing
	if x.Len() != 1 || x.present != 1 {
		t.Errorf("%d subscriptions of %d peers", x.Len(), x.present)
	}
	var ended []string
	note := func(prefix []byte) { ended = append(ended, string(prefix)) }
	if !x.Sweep(0, note) || !x.Sweep(-1, note) || len(ended) > 0 {
		t.Errorf("%q ended, without leave", ended)
	}
	for i := range 4 {
		before := x.Prefixes()
		more := x.Sweep(1, note)
		if now := x.Prefixes(); now != before && now != before-1 {
			t.Errorf("step %d: %d prefixes of %d are left", i, now, before)
		}
		if more != (i < 3) {
			t.Errorf("step %d: more: %v", i, more)
		}
	}
	if slices.Sort(ended); !slices.Equal(ended, []string{"a", "b", "c"}) || x.Sweep(0, note) {
		t.Errorf("%q ended", ended)
	}
}

// The count of a Set's subscriptions to a prefix stays at its maximum.
func TestSetCountsToTheMaximum(t *testing.T) {
	var s Set
	a := []byte("a")
	s.Add(a)
	n := func() node { return s.node(s.find(a)) }
	n().put(atValue, math.MaxUint32-1)
	for range 3 {
		if s.Add(a) {
			t.Error("the prefix is new")
		}
	}
	if got := n().word(atValue); got != math.MaxUint32 {
		t.Errorf("%d subscriptions", got)
	}
	if s.Remove(a) || n().word(atValue) != math.MaxUint32-1 {
		t.Errorf("%d subscriptions after a removal", n().word(atValue))
	}
}

// Beyond does not write to its argument.
func TestBeyondReadsOnly(t *testing.T) {
	var s Set
	for _, prefix := range []string{"a", "ab", "abc", "b", "bcd"} {
		s.Add([]byte(prefix))
	}
	last := []byte("aaaa")
	kept := slices.Clone(last)
	s.Beyond(last, func([]byte) bool { return true })
	s.Beyond(last[:1], func([]byte) bool { return true })
	if !bytes.Equal(last, kept) {
		t.Errorf("%q became %q", kept, last)
	}
}
