//go:build linux

package uring

import "testing"

// Take removes a handle from the backend that had it.
func TestTakenIsForgotten(t *testing.T) {
	from, to := open(t, tuning{}), open(t, tuning{})
	r, w, err := from.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := to.Take(r); err != nil {
		t.Fatal(err)
	}
	known := 0
	from.Open.Each(func(*handle) { known++ })
	if known != 1 {
		t.Errorf("the backend knows %d handles, want the one that was not taken", known)
	}
}
