package subscription

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// model is a simple and slow index.
type model struct {
	index Index[int]
	peers []*Peer[int]            // those that have not left; each has another Value
	wants map[int]map[string]bool // by Value
	left  map[string]map[int]bool // peers that have left and were not swept, by prefix
	gone  map[*Peer[int]][]string
	next  int
}

func newModel() *model {
	return &model{wants: map[int]map[string]bool{}, left: map[string]map[int]bool{}, gone: map[*Peer[int]][]string{}}
}

func (m *model) join() {
	m.next++
	m.peers = append(m.peers, m.index.Join(m.next))
	m.wants[m.next] = map[string]bool{}
}

// subscribers returns the number of subscribers of exactly that prefix,
// including peers that have left.
func (m *model) subscribers(prefix string) (n int) {
	for _, wants := range m.wants {
		if wants[prefix] {
			n++
		}
	}
	return n + len(m.left[prefix])
}

func (m *model) add(p *Peer[int], prefix string) error {
	had, before := m.wants[p.Value][prefix], m.subscribers(prefix)
	added, first := m.index.Add(p, []byte(prefix))
	if added == had || first != (before == 0) {
		return fmt.Errorf("Add(%d, %q) = %v, %v; the peer had it: %v; %d had", p.Value, prefix, added, first, had, before)
	}
	m.wants[p.Value][prefix] = true
	return nil
}

func (m *model) remove(p *Peer[int], prefix string) error {
	had := m.wants[p.Value][prefix]
	delete(m.wants[p.Value], prefix)
	removed, last := m.index.Remove(p, []byte(prefix))
	if removed != had || last != (had && m.subscribers(prefix) == 0) {
		return fmt.Errorf("Remove(%d, %q) = %v, %v; the peer had it: %v", p.Value, prefix, removed, last, had)
	}
	return nil
}

func (m *model) leave(i int) {
	p := m.peers[i]
	m.peers = slices.Delete(m.peers, i, i+1)
	for prefix := range m.wants[p.Value] {
		if m.left[prefix] == nil {
			m.left[prefix] = map[int]bool{}
		}
		m.left[prefix][p.Value] = true
	}
	delete(m.wants, p.Value)
	m.index.Leave(p)
}

// sweepAll removes the subscriptions of peers that have left. The index chooses
// the order; the set of the prefixes that ended is compared.
func (m *model) sweepAll() error {
	var want, got []string
	for prefix := range m.left {
		if delete(m.left, prefix); m.subscribers(prefix) == 0 {
			want = append(want, prefix)
		}
	}
	for m.index.Sweep(3, func(prefix []byte) { got = append(got, string(prefix)) }) {
	}
	slices.Sort(want)
	if slices.Sort(got); !slices.Equal(got, want) {
		return fmt.Errorf("swept %q, want %q", got, want)
	}
	return nil
}

func (m *model) compare(topic string) error {
	var want []int
	count := 0
	prefixes := map[string]bool{}
	for number, wants := range m.wants {
		matches := false
		for prefix := range wants {
			prefixes[prefix] = true
			matches = matches || strings.HasPrefix(topic, prefix)
		}
		count += len(wants)
		if matches {
			want = append(want, number)
		}
	}
	slices.Sort(want)
	for _, how := range []string{"", " again"} { // the memo may have the second answer
		if got := slices.Sorted(slices.Values(m.index.Match([]byte(topic)))); !slices.Equal(got, want) {
			return fmt.Errorf("%q matches %v%s, want %v", topic, got, how, want)
		}
	}
	for prefix := range m.left {
		prefixes[prefix] = true
	}
	if m.index.Len() != count || m.index.Prefixes() != len(prefixes) {
		return fmt.Errorf("%d subscriptions, want %d; %d prefixes, want %d", m.index.Len(), count, m.index.Prefixes(), len(prefixes))
	}
	if _, sole := m.index.Sole(); sole != (count == 1 && prefixes[""] && len(prefixes) == 1 && len(m.left) == 0) {
		return fmt.Errorf("Sole is %v", sole)
	}
	return nil
}

// word makes a string that shares its beginning with others: short and of few
// letters, or of any letters, or long.
func word(r *rand.Rand) string {
	letters, size := 3, r.IntN(7)
	switch r.IntN(10) {
	case 0:
		letters, size = 256, r.IntN(3)
	case 1:
		size = r.IntN(700)
		letters = 1 + r.IntN(2)
	}
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(r.IntN(letters))
	}
	return string(b)
}

// The index finds what a search of all subscriptions finds, whatever was added
// and removed before, and whichever peers have left.
func TestIndexAgainstAModel(t *testing.T) {
	for seed := range uint64(some(20)) {
		r := rand.New(rand.NewPCG(seed, 7))
		m := newModel()
		peers := 1 + r.IntN(20)
		var err error
		for step := 0; step < 1500 && err == nil; step++ {
			for len(m.peers) < peers {
				m.join()
			}
			p := m.peers[r.IntN(len(m.peers))]
			switch r.IntN(8) {
			default:
				err = m.add(p, word(r))
			case 5:
				err = m.remove(p, word(r))
			case 6:
				if have := slices.Sorted(maps.Keys(m.wants[p.Value])); len(have) > 0 {
					err = m.remove(p, have[r.IntN(len(have))])
				}
			case 7:
				if r.IntN(40) == 0 {
					m.leave(r.IntN(len(m.peers)))
				} else if r.IntN(20) == 0 {
					err = m.sweepAll()
				}
			}
			if seed%2 == 0 {
				m.index.memo.turnOn(1 + int(seed)%maxDepth)
			}
			if err == nil {
				err = m.compare(word(r) + word(r))
			}
			if err == nil && step%100 == 0 {
				err = m.index.check()
			}
		}
		for len(m.peers) > 0 {
			m.leave(0)
		}
		if err == nil {
			err = m.sweepAll()
		}
		if err == nil && (m.index.root != 0 || len(m.index.pages) > 0 || len(m.index.peers) > 0) {
			err = fmt.Errorf("%d pages left of an empty index", len(m.index.pages))
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// check checks the invariants of an index.
func (x *Index[V]) check() error {
	if err := x.trie.check(); err != nil {
		return err
	}
	total := 0
	for id, p := range x.peers {
		if p == nil {
			continue
		}
		n, previous := 0, ref(0)
		for r := p.list; r != 0; r = ref(x.node(r).word(atNext)) {
			b := x.node(r)
			if b.kind() != kindOne && b.kind() != kindMember || b.word(atPeer) != uint32(id) || ref(b.word(atPrevious)) != previous {
				return fmt.Errorf("peer %d: a block of kind %d and peer %d in its list", id, b.kind(), b.word(atPeer))
			}
			previous = r
			n++
		}
		if n != p.count {
			return fmt.Errorf("peer %d: %d in its list, counted %d", id, n, p.count)
		}
		total += n
	}
	return nil
}

// check checks the invariants of the trie and of the pages.
func (t *trie) check() (err error) {
	used := map[int]int{}
	add := func(r ref, size int) { used[int(r>>pageBits)] += units(t.of[r>>pageBits], size) }
	var walk func(r, parent ref, key int)
	walk = func(r, parent ref, key int) {
		n := t.node(r)
		children := 0
		for c, k := n.after(0); c != 0; c, k = n.after(int(k) + 1) {
			walk(c, r, int(k))
			children++
		}
		add(r, n.size())
		switch {
		case n.parent() != parent || key >= 0 && int(n.label()[0]) != key:
			err = fmt.Errorf("a node of another parent, or key")
		case children != n.children():
			err = fmt.Errorf("%d children, counted %d", children, n.children())
		case n.kind() == kindPlain && children == 0, n.kind() == kindFree, n.kind() == kindMember:
			err = fmt.Errorf("a node of kind %d with %d children", n.kind(), children)
		case n.kind() == kindPlain && children == 1 && parent != 0:
			if c, _ := n.after(0); len(n.label())+len(t.node(c).label()) <= maxLabel {
				err = fmt.Errorf("a node that can be merged with its child")
			}
		}
	}
	if t.root != 0 {
		walk(t.root, 0, -1)
	}
	for page := range t.pages {
		free, end := 0, pageUnits
		if p := t.pools[t.of[page]]; page == p.current {
			end = p.filled
		}
		if t.pages[page] == nil {
			continue
		}
		members := 0
		for at := start(page); end-at >= minUnits; {
			b := node(t.block(ref(page<<pageBits | at)))
			size := 0
			switch b.kind() {
			case kindFree:
				size = int(b[2]) | int(b[3])<<8
				free += size
			case kindMember:
				size = units(leaves, memberSize)
				members += size
			default:
				size = units(t.of[page], b.size())
			}
			at += size
		}
		if used[page]+members != int(t.used[page]) || used[page]+members+free+start(page) < end-1 {
			return fmt.Errorf("page %d: %d units in nodes, %d in members, %d free, counted %d of %d", page, used[page], members, free, t.used[page], end)
		}
	}
	return err
}

func TestSetAgainstAModel(t *testing.T) {
	for seed := range uint64(some(20)) {
		r := rand.New(rand.NewPCG(seed, 8))
		var s Set
		plain := map[string]int{}
		for range 1000 {
			prefix := word(r)
			if r.IntN(3) > 0 {
				if first := s.Add([]byte(prefix)); first != (plain[prefix] == 0) {
					t.Fatalf("seed %d: Add(%q) is %v with %d before", seed, prefix, first, plain[prefix])
				}
				plain[prefix]++
			} else {
				if last := s.Remove([]byte(prefix)); last != (plain[prefix] == 1) {
					t.Fatalf("seed %d: Remove(%q) is %v with %d before", seed, prefix, last, plain[prefix])
				}
				if plain[prefix]--; plain[prefix] <= 0 {
					delete(plain, prefix)
				}
			}
			topic, want := word(r)+word(r), false
			for p := range plain {
				want = want || strings.HasPrefix(topic, p)
			}
			if s.Matches([]byte(topic)) != want || s.Len() != len(plain) {
				t.Fatalf("seed %d: %q matches: %v; %d prefixes, want %d", seed, topic, !want, s.Len(), len(plain))
			}
		}
		var all []string
		s.All(func(prefix []byte) bool {
			all = append(all, string(prefix))
			return true
		})
		if want := slices.Sorted(maps.Keys(plain)); !slices.Equal(all, want) {
			t.Fatalf("seed %d: All is %q, want %q", seed, all, want)
		}
		for range 200 {
			last, beyond := word(r), []string(nil)
			if r.IntN(3) == 0 && len(all) > 0 {
				last = all[r.IntN(len(all))]
			}
			s.Beyond([]byte(last), func(prefix []byte) bool {
				beyond = append(beyond, string(prefix))
				return true
			})
			i, found := slices.BinarySearch(all, last)
			if found {
				i++
			}
			if !slices.Equal(beyond, all[i:]) {
				t.Fatalf("seed %d: beyond %q are %q, want %q", seed, last, beyond, all[i:])
			}
		}
		if err := s.check(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		stopped := 0
		s.All(func([]byte) bool { stopped++; return false })
		if stopped != min(1, len(plain)) {
			t.Fatalf("visited %d after the visitor had enough", stopped)
		}
	}
}
