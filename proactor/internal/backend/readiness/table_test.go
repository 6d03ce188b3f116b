//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import "testing"

// The edge of a removed handle does not find the handle that has taken its index.
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
		t.Error("an index that was never used has a handle")
	}
}
