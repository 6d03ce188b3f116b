package pattern

import "testing"

// The number of messages between two waits that is sparse depends on what
// brings them.
func TestSparseRuns(t *testing.T) {
	for _, tt := range []struct {
		local bool
		since int
		want  bool
	}{
		{false, 0, true}, {false, 20000, true}, {false, 20001, false},
		{true, 0, true}, {true, 4, true}, {true, 5, false},
	} {
		q := fairQueue{local: tt.local}
		for range tt.since {
			q.sinceWait++
		}
		if got := q.sparse(); got != tt.want {
			t.Errorf("%d messages, over inproc %v: sparse is %v", tt.since, tt.local, got)
		}
	}
}
