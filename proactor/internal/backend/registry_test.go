package backend

import "testing"

// fakeHandle counts the calls of Close.
type fakeHandle struct {
	Handle
	r      *Registry[*fakeHandle]
	closed int
}

func (h *fakeHandle) Close() error {
	h.closed++
	h.r.Remove(h)
	return nil
}

func TestRegistry(t *testing.T) {
	var r Registry[*fakeHandle]
	handles := [3]*fakeHandle{{r: &r}, {r: &r}, {r: &r}}
	for _, h := range handles {
		if !r.Add(h) {
			t.Fatal("Add refused")
		}
	}
	handles[0].Close()
	seen := 0
	r.Each(func(*fakeHandle) { seen++ })
	if seen != 2 || r.Closed() {
		t.Errorf("%d handles are open, closed is %v", seen, r.Closed())
	}
	r.CloseAll()
	r.CloseAll()
	for i, h := range handles {
		if h.closed != 1 {
			t.Errorf("handle %d was closed %d times", i, h.closed)
		}
	}
	if !r.Closed() || r.Add(handles[0]) {
		t.Error("a handle was taken after CloseAll")
	}
}
