package subscription

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// subscribers makes an index in which each peer has topics of its own, of four
// digits, and messages of 64 bytes with these topics, in an order in which each
// goes to another peer than the one before.
func subscribers(peers, each int) (x *Index[int], messages [][]byte) {
	x = new(Index[int])
	for i := range peers {
		p := x.Join(i)
		for k := range each {
			x.Add(p, fmt.Appendf(nil, "%04d", i*each+k))
		}
	}
	for k := range each {
		for i := range peers {
			m := make([]byte, 64)
			copy(m, fmt.Sprintf("%04d", i*each+k))
			messages = append(messages, m)
		}
	}
	return x, messages
}

// The topics of several peers: in a cycle, at random, and of nobody.
func BenchmarkMatchPeers(b *testing.B) {
	for _, peers := range []int{8, 100} {
		for _, each := range []int{1, 10, 100} {
			x, messages := subscribers(peers, each)
			shuffled := make([][]byte, 1<<16)
			r := rand.New(rand.NewPCG(1, 2))
			for i := range shuffled {
				shuffled[i] = messages[r.IntN(len(messages))]
			}
			misses := make([][]byte, len(messages))
			for i, m := range messages {
				misses[i] = append([]byte(nil), m...)
				misses[i][3] = 'x'
			}
			for _, way := range []struct {
				name     string
				messages [][]byte
				want     int
			}{{"cycle", messages, 1}, {"random", shuffled, 1}, {"miss", misses, 0}} {
				for name, rest := range map[string]int{"memo": 0, "walk": 1 << 30} {
					b.Run(fmt.Sprintf("%dx%d/%s/%s", peers, each, way.name, name), func(b *testing.B) {
						x.memo = memo{resting: rest}
						i := 0
						for b.Loop() {
							if len(x.Match(way.messages[i])) != way.want {
								b.Fatal("wrong result")
							}
							if i++; i == len(way.messages) {
								i = 0
							}
						}
						b.ReportMetric(float64(8*len(x.memo.entries)), "memo-B")
					})
				}
			}
		}
	}
}

func BenchmarkSetMatches(b *testing.B) {
	for _, n := range []int{1, 10, 1000} {
		var s Set
		_, messages := subscribers(1, n)
		for _, m := range messages {
			s.Add(m[:4])
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				if !s.Matches(messages[i]) {
					b.Fatal("no match")
				}
				if i++; i == len(messages) {
					i = 0
				}
			}
		})
	}
}
