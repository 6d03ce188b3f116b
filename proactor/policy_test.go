package proactor

import "testing"

// A key has the same dispatcher in each run and each version: programs may have stored
// what they gave to one. The numbers are those of MurmurHash3's finalizer.
func TestByKey(t *testing.T) {
	dispatchers := make([]*Dispatcher, 1021)
	for key, want := range map[uint64]int{
		0: 0, 1: 744, 2: 756, 3: 982, 1000: 363, 1 << 33: 472, 1<<64 - 1: 323, 0x123456789abcdef: 925,
	} {
		if got := ByKey().Choose(dispatchers, key); got != want {
			t.Errorf("key %#x has dispatcher %d, want %d", key, got, want)
		}
	}
}

// Each dispatcher is chosen in turn, from the first on.
func TestRoundRobin(t *testing.T) {
	p, dispatchers := RoundRobin(), make([]*Dispatcher, 3)
	for n := range 7 {
		if got := p.Choose(dispatchers, 9); got != n%3 {
			t.Errorf("choice %d is %d", n, got)
		}
	}
}

// The first one of those with the fewest handles is chosen.
func TestLeastLoaded(t *testing.T) {
	for _, test := range []struct {
		loads []int64
		want  int
	}{
		{[]int64{0}, 0}, {[]int64{1, 0}, 1}, {[]int64{0, 1}, 0}, {[]int64{1, 1, 1}, 0}, {[]int64{3, 1, 2, 1}, 1}, {[]int64{2, 2, 1}, 2},
	} {
		var dispatchers []*Dispatcher
		for _, n := range test.loads {
			d := new(Dispatcher)
			d.load.Store(n)
			dispatchers = append(dispatchers, d)
		}
		if got := LeastLoaded().Choose(dispatchers, 0); got != test.want {
			t.Errorf("with loads of %v %d is chosen, want %d", test.loads, got, test.want)
		}
	}
}
