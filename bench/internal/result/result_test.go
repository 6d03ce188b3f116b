package result

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/actum-go/actum/bench/internal/matrix"
)

func TestSpread(t *testing.T) {
	tests := []struct {
		values []float64
		want   Spread
	}{
		{[]float64{3}, Spread{3, 3, 3}},
		{[]float64{9, 1, 5}, Spread{5, 1, 9}},
		{[]float64{4, 1, 2, 9}, Spread{3, 1, 9}},
	}
	for _, tt := range tests {
		if got := SpreadOf(tt.values); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.values, got, tt.want)
		}
	}
	if got := SpreadOf(nil); !math.IsNaN(got.Median) {
		t.Errorf("nothing measured: %v", got)
	}
}

func throughput(messages int, perSecond, user, system float64) Run {
	return Run{Messages: messages, PerSecond: perSecond, CPU: CPU{User: user, System: system}}
}

// The median of the ratios is not the ratio of the medians.
func TestRatioIsTakenPairByPair(t *testing.T) {
	r := Result{Measure: matrix.Throughput, Pairs: []Pair{
		{throughput(100, 10, 1, 1), throughput(100, 1, 4, 4)},
		{throughput(100, 20, 1, 0), throughput(50, 10, 1, 1)},
		{throughput(100, 30, 1, 1), throughput(100, 2, 2, 0)},
	}}
	if got, want := r.Ratio(matrix.Speed), (Spread{10, 2, 15}); got != want {
		t.Errorf("speed %v, want %v", got, want)
	}
	if got, want := r.Ratio(matrix.CPU), (Spread{0.25, 0.25, 1}); got != want {
		t.Errorf("CPU per message %v, want %v", got, want)
	}
	perSecond := func(r Run) float64 { return r.PerSecond }
	if got := r.Median(Ours, perSecond); got != 20 {
		t.Errorf("ours %v, want 20", got)
	}
	if got := r.Median(Peer, perSecond); got != 2 {
		t.Errorf("peer's %v, want 2", got)
	}
}

func TestLatencyIsComparedByItsMedian(t *testing.T) {
	r := Result{Measure: matrix.Latency, Pairs: []Pair{
		{Run{Messages: 1, Latency: Latency{Mean: 100, P50: 10}}, Run{Messages: 1, Latency: Latency{Mean: 1, P50: 40}}},
	}}
	if got := r.Ratio(matrix.Speed).Median; got != 0.25 {
		t.Errorf("ratio %v, want 0.25", got)
	}
}

func TestSaveAndLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results")
	want := Result{
		Point:   matrix.Point{Transport: "tcp", Pattern: matrix.PushPull, Size: 8},
		Measure: matrix.Throughput,
		Ours:    matrix.Actum,
		Peer:    matrix.Raw,
		Count:   5,
		When:    time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Machine: Machine{Cores: 2, Versions: Versions{"libzmq": "4.3.4"}},
		Pairs:   []Pair{{throughput(5, 1, 2, 3), throughput(5, 4, 5, 6)}},
	}
	for range 2 { // the second time it replaces the first
		if err := Save(dir, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Load(dir)
	if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Fatalf("loaded %+v, %v; want %+v", got, err, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "tcp_push-pull_8_raw-sockets.json")); err != nil {
		t.Error(err)
	}
}

func TestLoadRefusesDamagedFiles(t *testing.T) {
	for _, text := range []string{"{", `{"pairs": []}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "x.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil {
			t.Errorf("no error for %q", text)
		}
	}
}
