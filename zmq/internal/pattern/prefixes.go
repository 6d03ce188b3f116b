package pattern

import "slices"

// prefixes is a set of byte prefixes, each with a value. Looking up what matches
// a topic costs one map access for every different length of prefix in the set:
// nothing is walked byte by byte, and nothing is allocated.
type prefixes[V any] struct {
	values  map[string]V
	lengths []int       // the different lengths, ascending
	counts  map[int]int // how many prefixes there are of each length
	all     V           // of the empty prefix, which most subscribe to: spares the map
}

// get returns the value of exactly this prefix.
func (t *prefixes[V]) get(prefix []byte) (V, bool) {
	v, ok := t.values[string(prefix)]
	return v, ok
}

// put sets the value of a prefix.
func (t *prefixes[V]) put(prefix []byte, v V) {
	if t.values == nil {
		t.values, t.counts = map[string]V{}, map[int]int{}
	}
	if _, ok := t.values[string(prefix)]; !ok {
		n := len(prefix)
		if t.counts[n]++; t.counts[n] == 1 {
			at, _ := slices.BinarySearch(t.lengths, n)
			t.lengths = slices.Insert(t.lengths, at, n)
		}
	}
	t.values[string(prefix)] = v
	if len(prefix) == 0 {
		t.all = v
	}
}

// remove takes a prefix out.
func (t *prefixes[V]) remove(prefix []byte) {
	if _, ok := t.values[string(prefix)]; !ok {
		return
	}
	delete(t.values, string(prefix))
	n := len(prefix)
	if t.counts[n]--; t.counts[n] == 0 {
		delete(t.counts, n)
		at, _ := slices.BinarySearch(t.lengths, n)
		t.lengths = slices.Delete(t.lengths, at, at+1)
	}
	if n == 0 {
		var none V
		t.all = none
	}
}

// onlyEmpty reports whether the empty prefix is the only one in the set.
func (t *prefixes[V]) onlyEmpty() bool { return len(t.lengths) == 1 && t.lengths[0] == 0 }

// match calls visit with the value of each prefix of topic, shortest first,
// until visit returns false.
func (t *prefixes[V]) match(topic []byte, visit func(V) bool) {
	for _, n := range t.lengths {
		if n > len(topic) {
			return
		}
		if v, ok := t.values[string(topic[:n])]; ok && !visit(v) {
			return
		}
	}
}

// matches reports whether any prefix of topic is in the set.
func (t *prefixes[V]) matches(topic []byte) bool {
	for _, n := range t.lengths {
		if n == 0 {
			return true
		}
		if n > len(topic) {
			return false
		}
		if _, ok := t.values[string(topic[:n])]; ok {
			return true
		}
	}
	return false
}
