package proactor_test

import (
	"slices"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// OpenHandles is the number of open handles, whichever way they were made, moved and closed.
func TestOpenHandles(t *testing.T) {
	d, other := dispatcher(t, "goroutine"), dispatcher(t, "goroutine")
	expect := func(what string, here, there int) {
		t.Helper()
		if d.OpenHandles() != here || other.OpenHandles() != there {
			t.Errorf("%s: %d and %d handles are open, want %d and %d", what, d.OpenHandles(), other.OpenHandles(), here, there)
		}
	}
	expect("new", 0, 0)
	a, b := connectedPair(t, d, "tcp")
	expect("a stream", 2, 0)
	r, w, err := d.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	expect("a pipe", 4, 0)
	p, err := d.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	expect("datagrams", 5, 0)
	if err := a.MoveTo(d); err != nil {
		t.Error(err)
	}
	expect("moved to where it is", 5, 0)
	if err := a.MoveTo(other); err != nil || a.Dispatcher() != other {
		t.Error(err)
	}
	expect("moved", 4, 1)
	for i, h := range []*proactor.Handle{b, r, w, p} {
		for range 2 {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		}
		expect("closed", 3-i, 1)
	}
	a.Close()
	expect("all are closed", 0, 0)
}

// Dispatchers lists those that are open.
func TestDispatchers(t *testing.T) {
	first, second := dispatcher(t, ""), dispatcher(t, "")
	list := proactor.Dispatchers()
	if i := slices.Index(list, first); i < 0 || slices.Index(list, second) <= i {
		t.Errorf("%v is not in order", list)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if list := proactor.Dispatchers(); slices.Contains(list, first) || !slices.Contains(list, second) {
		t.Error("a closed dispatcher is listed, or an open one is not")
	}
}
