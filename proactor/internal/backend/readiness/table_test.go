//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import "testing"

// TestTableGenerations: an edge of a handle that is gone does not find the one
// that has taken its place.
func TestTableGenerations(t *testing.T) {
	var tab table
	first, second := new(handle), new(handle)
	a := tab.add(first)
	b := tab.add(second)
	if tab.find(a) != first || tab.find(b) != second {
		t.Fatal("handles are not found")
	}
	tab.remove(a)
	if tab.find(a) != nil {
		t.Error("a handle that was removed is found")
	}
	third := new(handle)
	c := tab.add(third)
	if len(tab.rows) != 2 {
		t.Errorf("%d rows for two handles", len(tab.rows))
	}
	if tab.find(a) != nil || tab.find(b) != second || tab.find(c) != third {
		t.Error("the generation is not looked at")
	}
	if tab.find(1<<40) != nil {
		t.Error("a place that never was has a handle")
	}
}
