package subscription

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// topics makes n prefixes like those of programs: a name and a number.
func topics(n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = fmt.Appendf(nil, "topic/%07d", i)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// A hit is a topic with a subscriber, a miss one that differs from a hit in its
// last byte.
func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{10, 10_000, 1_000_000} {
		all := topics(n)
		var x Index[int]
		p := x.Join(1)
		for _, topic := range all {
			x.Add(p, topic)
		}
		for _, last := range []byte{0, 'x'} {
			name := "hit"
			if last != 0 {
				name = "miss"
			}
			b.Run(fmt.Sprint(n, "/", name), func(b *testing.B) {
				topic := []byte("topic/0000000")
				for i := range b.N {
					for at, rest := len(topic)-1, i*7919%n; at >= len("topic/"); at-- {
						topic[at], rest = byte('0'+rest%10), rest/10
					}
					if last != 0 {
						topic[len(topic)-1] = last
					}
					if hit := len(x.Match(topic)) > 0; hit != (last == 0) {
						b.Fatal(hit)
					}
				}
				b.ReportMetric(float64(bytesOf(&x.memory))/float64(n), "B/subscription")
			})
		}
	}
}

func BenchmarkSubscribe(b *testing.B) {
	all := topics(1_000_000)
	for b.Loop() {
		var x Index[int]
		p := x.Join(1)
		for _, topic := range all {
			x.Add(p, topic)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/subscription")
}

func BenchmarkCancel(b *testing.B) {
	all := topics(1_000_000)
	for b.Loop() {
		b.StopTimer()
		var x Index[int]
		p := x.Join(1)
		for _, topic := range all {
			x.Add(p, topic)
		}
		b.StartTimer()
		for _, topic := range all {
			x.Remove(p, topic)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/subscription")
}

func BenchmarkSweep(b *testing.B) {
	all := topics(1_000_000)
	for b.Loop() {
		b.StopTimer()
		var x Index[int]
		p := x.Join(1)
		for _, topic := range all {
			x.Add(p, topic)
		}
		b.StartTimer()
		x.Leave(p)
		for x.Sweep(256, nil) {
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/subscription")
}
