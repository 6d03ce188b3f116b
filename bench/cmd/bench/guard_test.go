package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

// made is a result with a ratio.
func made(p matrix.Point, peer string, ratio float64) result.Result {
	r := result.Result{Point: p, Measure: p.Measure(), Ours: matrix.Actum, Peer: peer}
	pair := result.Pair{Ours: result.Run{PerSecond: ratio}, Peer: result.Run{PerSecond: 1}}
	if p.Measure() == matrix.Latency {
		pair.Ours.Latency.P50, pair.Peer.Latency.P50 = ratio, 1
	}
	r.Pairs = []result.Pair{pair}
	return r
}

func TestGuard(t *testing.T) {
	cell := matrix.Cells()[0]
	latency := matrix.Point{Transport: "tcp", Pattern: matrix.ReqRep, Size: 8}
	for _, tt := range []struct {
		name      string
		point     matrix.Point
		kept      float64
		ratios    []float64 // measured, one after the other
		tries     int
		collapsed bool
	}{
		{"as it was", cell, 4, []float64{4}, 1, false},
		{"half of it", cell, 4, []float64{2}, 1, false},
		{"collapsed", cell, 4, []float64{1.9, 0.1, 1}, 3, true},
		{"collapsed once", cell, 4, []float64{1.9, 2.1}, 2, false},
		{"collapsed twice", cell, 4, []float64{1.9, 1.9, 3}, 3, false},
		{"a latency that is twice as long", latency, 0.1, []float64{0.2}, 1, false},
		{"a latency that is longer", latency, 0.1, []float64{0.21, 0.3, 0.3}, 3, true},
		{"a latency that is shorter", latency, 0.1, []float64{0.01}, 1, false},
	} {
		tries := 0
		collapsed, err := guard([]result.Result{made(tt.point, matrix.Libzmq, tt.kept)}, func(c matrix.Comparison, _ time.Duration) (result.Result, error) {
			tries++
			return made(c.Point, c.Peer, tt.ratios[tries-1]), nil
		})
		if err != nil || tries != tt.tries || (len(collapsed) == 1) != tt.collapsed {
			t.Errorf("%s: %q after %d tries, %v", tt.name, collapsed, tries, err)
		}
	}
	_, err := guard([]result.Result{made(cell, matrix.Libzmq, 4)}, func(matrix.Comparison, time.Duration) (result.Result, error) {
		return result.Result{}, errors.New("broken")
	})
	if err == nil || !strings.Contains(err.Error(), cell.String()) {
		t.Errorf("a cell that cannot be measured: %v", err)
	}
}

func TestGuarded(t *testing.T) {
	cells := matrix.Cells()
	other := matrix.Point{Transport: "tcp", Pattern: matrix.PushPull, Size: 8}
	itself := made(cells[0], matrix.Libzmq, 1)
	itself.Ours = matrix.Libzmq
	kept := []result.Result{made(cells[1], matrix.Libzmq, 2), made(cells[0], matrix.Libzmq, 4), made(cells[0], matrix.Tuned, 3), itself, made(other, matrix.Libzmq, 5)}
	got, err := guarded(kept, nil)
	if err != nil || len(got) != 2 || got[0].Point != cells[0] || got[0].Factor() != 4 || got[1].Point != cells[1] {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := guarded(kept, []string{cells[1].String()}); err != nil || len(got) != 1 {
		t.Errorf("one cell: %+v, %v", got, err)
	}
	if _, err := guarded(nil, nil); err == nil {
		t.Error("nothing was kept, and there is no error")
	}
}
