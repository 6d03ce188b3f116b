//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import "testing"

// Take removes a handle from the backend that had it.
func TestTakenIsForgotten(t *testing.T) {
	from, watching := newEager(t)
	to, _ := newEager(t)
	r, w, err := from.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := to.Take(r); err != nil {
		t.Fatal(err)
	}
	if open, rows, _ := known(from); open != 1 || rows != 1 {
		t.Errorf("the backend knows %d handles in %d rows, want the one that was not taken", open, rows)
	}
	watching.mu.Lock()
	defer watching.mu.Unlock()
	if watching.removed != 1 {
		t.Errorf("%d descriptors are not watched any more, want one", watching.removed)
	}
}
