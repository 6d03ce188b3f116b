package subscription

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// bytesOf returns the memory of an index that grows with its content.
func bytesOf(m *memory) (n int) {
	for _, page := range m.pages {
		n += len(page) + 24 + 3
	}
	return n + 4*len(m.gone)
}

// A subscription takes a few tens of bytes beyond its prefix, regardless of
// their number. libzmq was observed to take 159 for each of a million.
func TestMemoryOfASubscription(t *testing.T) {
	for _, n := range []int{10, some(10_000), some(100_000)} {
		var x Index[int]
		p := x.Join(1)
		for _, topic := range topics(n) {
			x.Add(p, topic)
		}
		if got := bytesOf(&x.memory); got > 56*n+2*firstPage {
			t.Errorf("%d bytes for each of %d subscriptions", got/n, n)
		}
		r, size := rand.New(rand.NewPCG(uint64(n), 3)), 0
		var y Index[int]
		p = y.Join(1)
		for range n {
			b := make([]byte, 1+r.IntN(60))
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			y.Add(p, b)
			size += len(b)
		}
		if most := size + 64*n + 2*firstPage; bytesOf(&y.memory) > most {
			t.Errorf("%d bytes for %d subscriptions of %d bytes together", bytesOf(&y.memory), n, size)
		}
	}
}

// A long prefix costs little more than its length.
func TestMemoryOfALongPrefix(t *testing.T) {
	var x Index[int]
	p := x.Join(1)
	x.Add(p, make([]byte, MaxPrefix))
	if got, most := bytesOf(&x.memory), MaxPrefix+MaxPrefix/4; got > most {
		t.Errorf("%d bytes, at most %d wanted", got, most)
	}
	x.Remove(p, make([]byte, MaxPrefix))
	if len(x.pages) > 0 {
		t.Errorf("%d pages left", len(x.pages))
	}
}

// The memory of a peer's subscriptions is freed when the peer leaves or cancels
// them, also if other peers stay.
func TestMemoryIsGivenBack(t *testing.T) {
	for _, how := range []string{"leaves", "cancels"} {
		var x Index[int]
		many, few := x.Join(1), x.Join(2)
		all := topics(some(100_000))
		for i, topic := range all {
			x.Add(many, topic)
			if i == len(all)/2 {
				x.Add(few, topic)
			}
		}
		before := bytesOf(&x.memory)
		if how == "leaves" {
			x.Leave(many)
			for x.Sweep(1000, nil) {
			}
		} else {
			for _, topic := range all {
				x.Remove(many, topic)
			}
		}
		if err := x.check(); err != nil {
			t.Fatal(err)
		}
		if after := bytesOf(&x.memory); after > before/10+8*pageSize { // a page for each node of the peer few
			t.Errorf("a peer %s: %d bytes of %d are left", how, after, before)
		}
		if x.Len() != 1 {
			t.Errorf("%d subscriptions left, want 1", x.Len())
		}
		x.Leave(few)
		if x.Sweep(10, nil); len(x.pages) > 0 {
			t.Errorf("%d pages left", len(x.pages))
		}
	}
}

// Freed memory is reused: adding and removing for a long time takes no more.
func TestMemoryIsUsedAgain(t *testing.T) {
	var x Index[int]
	p := x.Join(1)
	r := rand.New(rand.NewPCG(5, 6))
	var have [2000]string
	most := 0
	for step := range some(100_000) {
		i := r.IntN(len(have))
		x.Remove(p, []byte(have[i]))
		have[i] = fmt.Sprintf("%d/%d", r.IntN(50), r.Int64N(1<<r.IntN(40)))
		x.Add(p, []byte(have[i]))
		if step == 5000 {
			most = bytesOf(&x.memory)
		}
	}
	if got := bytesOf(&x.memory); got > 2*most {
		t.Errorf("%d bytes in the end, %d after some steps", got, most)
	}
}

// An index of the maximum size takes no more subscriptions, and keeps working.
func TestMemoryIsBounded(t *testing.T) {
	var x Index[int]
	x.limit = 64
	p := x.Join(1)
	taken := 0
	for _, topic := range topics(100_000) {
		if added, _ := x.Add(p, topic); added {
			taken++
		}
	}
	if taken == 0 || taken == 100_000 || len(x.pages) > x.limit {
		t.Fatalf("%d taken, in %d pages", taken, len(x.pages))
	}
	if x.Len() != taken {
		t.Fatalf("%d subscriptions, %d taken", x.Len(), taken)
	}
	if err := x.check(); err != nil {
		t.Fatal(err)
	}
}

// A topic is matched in one walk: it visits at most one node more than the
// topic has bytes, regardless of the number and lengths of subscriptions.
func TestMatchIsOneWalk(t *testing.T) {
	for _, n := range []int{10, 1000, some(100_000)} {
		var x Index[int]
		p := x.Join(1)
		for _, topic := range topics(n) {
			x.Add(p, topic)
		}
		for size := range min(n, some(2000)) { // of as many different lengths
			x.Add(p, bytes.Repeat([]byte("t"), size))
		}
		topic, visited := []byte("topic/0000001"), 0
		for r := x.find(topic); r != 0; r = x.node(r).parent() {
			visited++
		}
		if visited == 0 || visited > len(topic)+1 {
			t.Errorf("%d nodes visited among %d subscriptions", visited, n)
		}
	}
}

// Members of a large group are found without a search.
func TestManyPeersOfOnePrefix(t *testing.T) {
	var x Index[int]
	var peers []*Peer[int]
	for i := range 1000 {
		peers = append(peers, x.Join(i))
		x.Add(peers[i], []byte("a"))
	}
	g := x.groups[x.node(x.find([]byte("a"))).word(atValue)]
	if len(g.at) != 1000 {
		t.Fatalf("%d of 1000 members are found at once", len(g.at))
	}
	for _, p := range peers[:999] {
		if removed, last := x.Remove(p, []byte("a")); !removed || last {
			t.Fatalf("removed: %v, last: %v", removed, last)
		}
	}
	if got := x.Match([]byte("ab")); len(got) != 1 || got[0] != 999 || len(x.groups) != len(x.spare) {
		t.Fatalf("%v match, %d groups of %d are spare", got, len(x.spare), len(x.groups))
	}
}

// Matching allocates nothing, nor do subscriptions that come and go.
func TestMatchDoesNotAllocate(t *testing.T) {
	var x Index[int]
	var s Set
	for i := range 20 {
		p := x.Join(i)
		for _, prefix := range []string{"", "a", "ab", fmt.Sprint(i)} {
			x.Add(p, []byte(prefix))
			s.Add([]byte(prefix))
		}
	}
	p := x.Join(20)
	topic, none := []byte("abc"), []byte("zzz")
	for name, f := range map[string]func(){
		"match several": func() { x.Match(topic) },
		"match one":     func() { x.Match(none) },
		"set":           func() { s.Matches(topic) },
		"add, remove":   func() { x.Add(p, topic); x.Remove(p, topic) },
	} {
		f()
		if n := testing.AllocsPerRun(100, f); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
