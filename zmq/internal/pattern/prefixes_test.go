package pattern

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// word makes a short word of few letters, so that many are prefixes of others.
func word(r *rand.Rand) string {
	b := make([]byte, r.IntN(6))
	for i := range b {
		b[i] = "ab\x00"[r.IntN(3)]
	}
	return string(b)
}

// The table finds what a look at every prefix finds.
func TestPrefixesAgainstBruteForce(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		var table prefixes[int]
		plain := map[string]int{}
		for i := range 200 {
			switch p := word(r); r.IntN(3) {
			case 0, 1:
				table.put([]byte(p), i)
				plain[p] = i
			default:
				table.remove([]byte(p))
				delete(plain, p)
			}
			compare(t, &table, plain, word(r)+word(r))
		}
	}
}

// compare looks topic up in both, and whether the first match can end the search.
func compare(t *testing.T, table *prefixes[int], plain map[string]int, topic string) {
	t.Helper()
	var want, got []int
	var keys []string
	for p := range plain {
		if strings.HasPrefix(topic, p) {
			keys = append(keys, p)
		}
	}
	slices.Sort(keys) // prefixes of one topic: shortest first
	for _, p := range keys {
		want = append(want, plain[p])
	}
	table.match([]byte(topic), func(v int) bool {
		got = append(got, v)
		return true
	})
	if !slices.Equal(got, want) || table.matches([]byte(topic)) != (len(want) > 0) {
		t.Fatalf("%q: got %v, want %v of %v", topic, got, want, plain)
	}
	visits := 0
	table.match([]byte(topic), func(int) bool { visits++; return false })
	if visits != min(len(want), 1) {
		t.Fatalf("%d visits after one was enough", visits)
	}
}

func TestPrefixesForgetLengths(t *testing.T) {
	var table prefixes[int]
	for _, p := range []string{"aa", "bb", "", "abc", "aa"} {
		table.put([]byte(p), 0)
	}
	if !slices.Equal(table.lengths, []int{0, 2, 3}) {
		t.Fatalf("lengths %v", table.lengths)
	}
	for _, p := range []string{"aa", "bb", "", "abc", "never"} {
		table.remove([]byte(p))
	}
	if len(table.lengths)+len(table.values)+len(table.counts) != 0 {
		t.Fatalf("%v, %v, %v left", table.lengths, table.values, table.counts)
	}
}
