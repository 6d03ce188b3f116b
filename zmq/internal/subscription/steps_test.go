package subscription

import (
	"slices"
	"testing"
)

// expectFewSteps fails if any of the calls looks up more than most blocks.
func expectFewSteps(t *testing.T, x *Index[int], what string, most int, all [][]byte, call func(topic []byte)) {
	t.Helper()
	for _, topic := range all {
		before := x.steps
		call(topic)
		if n := x.steps - before; n > most || n < 0 || x.steps == 0 {
			t.Fatalf("%s with %d subscriptions took %d steps, want at most %d", what, x.Len(), n, most)
		}
	}
}

// The cost of a call is bounded by the length of its prefix, and does not grow
// with the number of subscriptions. The test counts steps, not time.
func TestStepsDoNotGrowWithSubscriptions(t *testing.T) {
	// A node of the path is found, and may be rewritten with its ten children,
	// each of which is updated; so are its parent and its neighbours in the
	// peer's list.
	const most = 60
	for _, n := range []int{100, some(10_000), some(100_000)} {
		var x Index[int]
		p, other := x.Join(1), x.Join(2)
		all := topics(n)
		reverse := slices.Clone(all)
		slices.Reverse(reverse)
		for name, tt := range map[string]struct {
			topics [][]byte
			call   func(topic []byte)
		}{
			"to cancel the oldest first":     {all, func(topic []byte) { x.Remove(p, topic) }},
			"to cancel the newest first":     {reverse, func(topic []byte) { x.Remove(p, topic) }},
			"to cancel what another has too": {all, func(topic []byte) { x.Remove(p, topic) }},
			"to cancel what is not there":    {all, func(topic []byte) { x.Remove(p, append(slices.Clone(topic), 'x')) }},
			"to leave":                       {nil, nil},
		} {
			expectFewSteps(t, &x, "to subscribe", most, all, func(topic []byte) { x.Add(p, topic) })
			if name == "to cancel what another has too" {
				for _, topic := range all {
					x.Add(other, topic)
				}
			}
			expectFewSteps(t, &x, name, most, tt.topics, tt.call)
			x.Leave(p)
			x.Leave(other)
			for more := true; more; {
				expectFewSteps(t, &x, "to sweep one", most, all[:1], func([]byte) { more = x.Sweep(1, nil) })
			}
			p, other = x.Join(1), x.Join(2)
		}
	}
}
