package alloctest_test

import (
	"testing"

	"github.com/actum-go/actum/internal/alloctest"
	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/internal/racecheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// reported is a test that remembers whether it failed.
type reported struct {
	testing.TB
	failed bool
}

func (r *reported) Helper()               {}
func (r *reported) Errorf(string, ...any) { r.failed = true }

func TestNone(t *testing.T) {
	var sink *int
	runs := 0
	for _, tt := range []struct {
		name   string
		f      func()
		failed bool
	}{
		{"nothing", func() {}, false},
		{"one in ten", func() {
			for i := range 10 {
				sink = new(int)
				*sink = i
			}
		}, true},
		{"at first", func() {
			if runs++; runs < 5 {
				for range 10 {
					sink = new(int)
				}
			}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &reported{TB: t}
			alloctest.None(r, 100, tt.f)
			if want := tt.failed && !racecheck.Enabled; r.failed != want {
				t.Errorf("it failed: %v, want %v", r.failed, want)
			}
		})
	}
}
