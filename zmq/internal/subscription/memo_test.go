package subscription

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// turnOn turns the memo on with that depth, if it is off.
func (m *memo) turnOn(depth int) {
	if m.entries == nil {
		clear(m.walks[:])
		m.walks[depth], m.misses = 1, 1
		m.start(minEntries)
		m.resting = 0
	}
}

// asked counts calls of Match, and those that the memo answered.
type asked struct{ all, recalled int }

// match is x.Match, which must return what a walk does.
func (a *asked) match(t *testing.T, x *Index[int], topic []byte) {
	t.Helper()
	if x.root == 0 {
		return
	}
	values, _, _ := x.search(topic)
	want := slices.Sorted(slices.Values(values))
	before := x.memo.hits
	got := slices.Sorted(slices.Values(x.Match(topic)))
	if !slices.Equal(got, want) {
		t.Fatalf("%q matches %v, a walk finds %v", topic, got, want)
	}
	a.all++
	if x.memo.hits == before+1 {
		a.recalled++
	}
}

// With any subscriptions, which change now and then, the memo has what a walk
// finds.
func TestMemoAgainstAWalk(t *testing.T) {
	var sum asked
	for seed := range uint64(some(20)) {
		r := rand.New(rand.NewPCG(seed, 9))
		m, topics := newModel(), make([]string, 1+r.IntN(20))
		for i := range topics {
			topics[i] = "t" + word(r) + word(r)
		}
		for step := range 6000 {
			for len(m.peers) < 1+int(seed) {
				m.join()
			}
			p, topic := m.peers[r.IntN(len(m.peers))], topics[r.IntN(len(topics))]
			prefix := []byte(topic[:r.IntN(len(topic)+1)])
			if step < 100 || r.IntN(500) == 0 {
				m.index.Add(p, prefix)
			}
			switch r.IntN(2000) {
			case 0, 1, 2, 3, 4:
				m.index.Remove(p, prefix)
			case 5:
				m.leave(r.IntN(len(m.peers)))
			}
			if m.index.departed != nil && r.IntN(20) == 0 {
				m.index.Sweep(r.IntN(30), nil)
			}
			if r.IntN(4) == 0 {
				topic += word(r)
			} else if r.IntN(100) == 0 {
				topic = topic[:r.IntN(len(topic)+1)]
			}
			sum.match(t, &m.index, []byte(topic))
		}
	}
	if sum.recalled < sum.all/4 {
		t.Errorf("the memo answered %d of %d times", sum.recalled, sum.all)
	}
}

// The same for a subscriber's own set.
func TestSetMemoAgainstAWalk(t *testing.T) {
	all, recalled := 0, 0
	for seed := range uint64(some(20)) {
		r := rand.New(rand.NewPCG(seed, 10))
		var s Set
		topics := make([]string, 1+r.IntN(20))
		for i := range topics {
			topics[i] = "t" + word(r) + word(r)
		}
		for step := range 6000 {
			topic := topics[r.IntN(len(topics))]
			prefix := []byte(topic[:1+r.IntN(len(topic))])
			if step < 20 || r.IntN(300) == 0 {
				s.Add(prefix)
			} else if r.IntN(300) == 0 {
				s.Remove(prefix)
			}
			want := false
			s.All(func(prefix []byte) bool {
				want = bytes.HasPrefix([]byte(topic), prefix)
				return !want
			})
			before := s.memo.hits
			if s.Matches([]byte(topic)) != want {
				t.Fatalf("seed %d, step %d: %q matches: %v", seed, step, topic, !want)
			}
			all++
			if s.memo.hits == before+1 {
				recalled++
			}
		}
	}
	if recalled < all/4 {
		t.Errorf("the memo answered %d of %d times", recalled, all)
	}
}

// Whatever follows a topic in a message does not matter, and almost all of the
// messages with the same topics are answered by the memo.
func TestMemoAnswersTopicsThatComeAgain(t *testing.T) {
	for _, tt := range []struct{ peers, each, extra int }{{8, 1, 0}, {8, 10, 0}, {100, 10, 0}, {100, 40, 0}, {8, 10, 20}} {
		var x Index[int]
		var messages [][]byte
		topic := func(i int) []byte {
			return fmt.Appendf(nil, "%s%05d", bytes.Repeat([]byte("t"), tt.extra), i)
		}
		for i := range tt.peers * tt.each {
			x.Add(x.Join(i), topic(i))
		}
		for i := range tt.peers * tt.each {
			messages = append(messages, topic(i))
		}
		r, sum := rand.New(rand.NewPCG(1, 2)), asked{}
		for i := range 30 * max(len(messages), 1000) {
			m := messages[i%len(messages)]
			if i == 20*max(len(messages), 1000) {
				sum = asked{}
			}
			sum.match(t, &x, fmt.Appendf(m[:len(m):len(m)], "%d", r.Uint64()))
		}
		if sum.recalled < sum.all*9/10 {
			t.Errorf("%+v: the memo answered %d of %d times", tt, sum.recalled, sum.all)
		}
	}
}

// Where topics never come again, or subscriptions change all the time, the memo
// is off nearly always.
func TestMemoIsOffWhereItIsOfNoUse(t *testing.T) {
	const steps = 100_000
	all := topics(20_000)
	wanted := all[:500]
	for name, next := range map[string]func(x *Index[int], p *Peer[int], i int) []byte{
		"other topics": func(_ *Index[int], _ *Peer[int], i int) []byte { return all[i%len(all)] },
		"changes": func(x *Index[int], p *Peer[int], i int) []byte {
			if i%2 == 0 {
				x.Add(p, []byte("x"))
			} else {
				x.Remove(p, []byte("x"))
			}
			return all[i%10]
		},
		"long topics": func(_ *Index[int], _ *Peer[int], i int) []byte {
			return append(bytes.Repeat([]byte("long"), 20), byte(i%10))
		},
		"everything": func(x *Index[int], p *Peer[int], i int) []byte {
			if i == 0 {
				x.Leave(p)
				x.Add(x.Join(2), nil)
				for x.Sweep(1000, nil) {
				}
			}
			return all[i%10]
		},
	} {
		var x Index[int]
		p := x.Join(1)
		for _, topic := range wanted {
			x.Add(p, topic)
		}
		x.Add(p, bytes.Repeat([]byte("long"), 21))
		on := 0
		for i := range steps {
			if x.Match(next(&x, p, i)); x.memo.entries != nil {
				on++
			}
		}
		if on > steps/4 {
			t.Errorf("%s: on for %d of %d topics", name, on, steps)
		}
	}
}

// memoryOfMemo returns the bytes of an index's memo.
func memoryOfMemo(x *Index[int]) int { return 8 * (len(x.memo.entries) + cap(x.listed)) }

// The memo takes memory in proportion to the number of prefixes, up to a bound,
// and none when there are no subscriptions.
func TestMemoryOfTheMemo(t *testing.T) {
	var x Index[int]
	p, everything := x.Join(1), x.Join(2)
	x.Add(everything, nil)
	before := 0
	for _, n := range []int{10, 1000, some(20_000)} {
		all := topics(n)
		for _, topic := range all {
			x.Add(p, topic)
		}
		most := 0
		for i := range 20 * n {
			x.Match(all[i%n])
			most = max(most, memoryOfMemo(&x))
		}
		if allowed := 4096 + 2*4*24*n + min(32*n, 2*8*maxListed); most > allowed || most > 1<<19 || most < before {
			t.Errorf("%d bytes for %d prefixes", most, n)
		}
		before = most
		for _, topic := range all {
			x.Remove(p, topic)
		}
		if got := memoryOfMemo(&x); got > 8192 {
			t.Errorf("%d bytes are left of %d prefixes", got, n)
		}
	}
	x.memo = memo{}
	for _, topic := range topics(10) {
		x.Add(p, topic)
	}
	for i := range 1000 {
		x.Match(topics(10)[i%10])
	}
	if x.memo.entries == nil {
		t.Error("no memo for ten topics that come again")
	}
	x.Leave(p)
	x.Leave(everything)
	for x.Sweep(100, nil) {
	}
	if x.memo.entries != nil || x.listed != nil || x.found != nil {
		t.Error("an index without subscriptions has a memo")
	}
}

// A value whose peer has left, or has cancelled its subscriptions, is not kept.
func TestMemoKeepsNoValues(t *testing.T) {
	var x Index[*int]
	p, q := x.Join(new(int)), x.Join(new(int))
	x.Add(p, nil)
	x.Add(q, []byte("a"))
	for range 1000 {
		if got := x.Match([]byte("abc")); len(got) != 2 {
			t.Fatalf("%d values, want 2", len(got))
		}
	}
	if len(x.listed) == 0 {
		t.Fatal("no list in the memo")
	}
	x.Leave(q)
	if kept := x.listed[:cap(x.listed)]; slices.ContainsFunc(kept, func(v *int) bool { return v != nil }) {
		t.Error("a list is left after the peer")
	}
}

// Lists of peers take a bounded amount of memory: those that are not used any
// more make room.
func TestMemoryOfLists(t *testing.T) {
	var x Index[int]
	for i := range 100 {
		p := x.Join(i)
		x.Add(p, nil)
		for k := range 10 {
			x.Add(p, fmt.Appendf(nil, "%04d", i*10+k))
		}
	}
	all := x.Join(-1)
	x.Add(all, []byte("0"))
	r, sum := rand.New(rand.NewPCG(3, 4)), asked{}
	for range 30_000 {
		sum.match(t, &x, fmt.Appendf(nil, "%04d", r.IntN(1000)))
		if cap(x.listed) > 2*maxListed {
			t.Fatalf("room for %d values", cap(x.listed))
		}
	}
}

// A list of more peers than there is room for is not remembered.
func TestALongListIsNotRemembered(t *testing.T) {
	var x Index[int]
	for i := range maxListed + 1 {
		x.Add(x.Join(i), []byte("a"))
	}
	x.Add(x.Join(-1), []byte("ab"))
	for range 200 {
		if got := x.Match([]byte("abc")); len(got) != maxListed+2 {
			t.Fatalf("%d values", len(got))
		}
	}
	if x.memo.entries != nil || cap(x.listed) > 0 {
		t.Errorf("the memo has %d entries and room for %d values", x.memo.size(), cap(x.listed))
	}
}

// Match allocates nothing in steady state, whether the memo answers or not.
func TestMatchAllocatesNothing(t *testing.T) {
	x, messages := subscribers(8, 10)
	x.Add(x.Join(9), []byte("00"))
	i := 0
	run := func() {
		for range 1000 {
			x.Match(messages[i%len(messages)])
			i++
		}
	}
	for range 20 {
		run()
	}
	if n := testing.AllocsPerRun(20, run); n > 0 {
		t.Errorf("%.2f allocations for 1000 topics", n)
	}
}

// A key has the first bytes of a topic, and says where a shorter topic ends.
func TestKeysDiffer(t *testing.T) {
	for depth := 1; depth <= maxDepth; depth++ {
		var m memo
		m.turnOn(depth)
		keys := map[[maxWords]uint64]string{}
		for size := range depth + 3 {
			for change := range size + 1 {
				topic := make([]byte, size)
				if change < size {
					topic[change] = 1
				}
				want := string(topic[:min(size, depth)])
				key, _ := m.key(topic)
				if size >= depth {
					want += "..."
				}
				if had, ok := keys[key]; ok && had != want {
					t.Fatalf("depth %d: %q and %q have the same key", depth, had, want)
				}
				keys[key] = want
				if _, ok := m.lookup(topic); !ok {
					m.put(topic, uint32(len(keys)))
				}
				if result, ok := m.lookup(topic); !ok || result > uint32(len(keys)) {
					t.Fatalf("depth %d: %q is not found: %d", depth, topic, result)
				}
			}
		}
	}
	for n := range 12 {
		b := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}[:n]
		want := uint64(0)
		for i := min(n, 8) - 1; i >= 0; i-- {
			want = want<<8 | uint64(b[i])
		}
		if got := load(b); got != want {
			t.Errorf("%x from %d bytes, want %x", got, n, want)
		}
	}
}

// A walk that read n bytes of a topic finds the same for each topic that begins
// with these, whatever follows.
func TestDepthOfAWalk(t *testing.T) {
	for seed := range uint64(some(40)) {
		r := rand.New(rand.NewPCG(seed, 11))
		var x Index[int]
		for i := range 30 {
			x.Add(x.Join(i), []byte("t"+word(r)))
		}
		for range 300 {
			topic := []byte("t" + word(r) + word(r))
			values, _, depth := x.search(topic)
			want := slices.Sorted(slices.Values(values))
			if depth > len(topic) {
				continue
			}
			other := append(topic[:depth:depth], word(r)...)
			values, _, _ = x.search(other)
			if got := slices.Sorted(slices.Values(values)); !slices.Equal(got, want) {
				t.Fatalf("seed %d: %q matches %v, and %q with the same first %d bytes %v", seed, topic, want, other, depth, got)
			}
		}
	}
}

// An entry of the same hash is found only if its key is that of the topic.
func TestMemoComparesKeys(t *testing.T) {
	for _, depth := range []int{4, 12, 20, 28} {
		var m memo
		m.turnOn(depth)
		topic := []byte("a topic of more than 28 bytes, all the same")
		m.put(topic, 1)
		_, h := m.key(topic)
		e, _ := m.find(h)
		for i := range e[1:] {
			e[1+i] ^= 1 << 40
			if _, ok := m.lookup(topic); ok {
				t.Errorf("depth %d: found with another word %d", depth, i)
			}
			e[1+i] ^= 1 << 40
		}
		if _, ok := m.lookup(topic); !ok {
			t.Errorf("depth %d: not found", depth)
		}
	}
}

// Results of an earlier generation are not found, even after the number of
// generations has come round.
func TestGenerationsComeRound(t *testing.T) {
	var m memo
	m.turnOn(4)
	m.put([]byte("abcd"), 7)
	for i := range 1<<16 + 10 {
		if m.forget(1); m.generation == 0 {
			t.Fatal("generation 0 is that of an empty entry")
		}
		if _, ok := m.lookup([]byte("abcd")); ok {
			t.Fatalf("found %d generations later", i+1)
		}
	}
}
