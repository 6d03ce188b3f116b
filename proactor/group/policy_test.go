package group

import (
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/sim"
)

// A key has the same dispatcher in each run and each version: programs may have stored
// what they gave to one. The numbers are those of MurmurHash3's finalizer.
func TestByKey(t *testing.T) {
	dispatchers := make([]*proactor.Dispatcher, 1021)
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
	p, dispatchers := RoundRobin(), make([]*proactor.Dispatcher, 3)
	for n := range 7 {
		if got := p.Choose(dispatchers, 9); got != n%3 {
			t.Errorf("choice %d is %d", n, got)
		}
	}
}

// The first one of those with the fewest handles is chosen.
func TestLeastLoaded(t *testing.T) {
	for _, test := range []struct {
		loads []int
		want  int
	}{
		{[]int{0}, 0}, {[]int{1, 0}, 1}, {[]int{0, 1}, 0}, {[]int{1, 1, 1}, 0}, {[]int{3, 1, 2, 1}, 1}, {[]int{2, 2, 1}, 2},
	} {
		var dispatchers []*proactor.Dispatcher
		for _, n := range test.loads {
			dispatchers = append(dispatchers, withHandles(t, n))
		}
		if got := LeastLoaded().Choose(dispatchers, 0); got != test.want {
			t.Errorf("with loads of %v %d is chosen, want %d", test.loads, got, test.want)
		}
	}
}

// withHandles makes a dispatcher with n open handles.
func withHandles(t *testing.T, n int) *proactor.Dispatcher {
	t.Helper()
	d, err := proactor.New(proactor.Options{Backend: sim.NewNetwork(1, sim.Faults{})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	for range n {
		if _, err := d.ListenPacket("udp", "127.0.0.1:0", nil); err != nil {
			t.Fatal(err)
		}
	}
	return d
}
