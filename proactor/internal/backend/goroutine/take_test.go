package goroutine

import (
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/proactor/internal/backend"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// TestTakenIsForgotten: the old backend keeps no reference to a handle that was
// taken.
func TestTakenIsForgotten(t *testing.T) {
	opened := func() *Backend {
		b, err := New(backend.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		return b.(*Backend)
	}
	from, to := opened(), opened()
	known := func(b *Backend) (n int) {
		b.Open.Each(func(handle) { n++ })
		return n
	}
	r, w, err := from.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l, err := from.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := from.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range []backend.Handle{r, w, l, p} {
		if _, err := to.Take(h); err != nil {
			t.Fatal(err)
		}
		if a, b := known(from), known(to); a != 3-i || b != i+1 {
			t.Errorf("after %d were taken one knows %d, and the other %d", i+1, a, b)
		}
	}
}
