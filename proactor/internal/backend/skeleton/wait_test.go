package skeleton_test

import (
	"testing"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/skeleton"
)

// Wait returns a completion, at once after a Wake, and otherwise not before its deadline.
// Many a Wake ends one Wait.
func TestChannel(t *testing.T) {
	var c skeleton.Channel
	c.Init()
	b := &skeleton.Base{Started: time.Now().Add(-time.Hour)}
	var completed backend.Completions
	wait := func(deadline time.Duration) *backend.Op { return c.Wait(b, &completed, deadline) }
	for n := range 3 {
		for range n {
			c.Wake()
		}
		if n > 0 && wait(backend.NoDeadline) != nil {
			t.Error("an operation that was not started")
		}
		if wait(0) != nil {
			t.Error("an operation that was not started")
		}
		deadline := b.Now() + time.Millisecond
		if op := wait(deadline); op != nil || b.Now() < deadline {
			t.Errorf("after %d wakes another Wait returned %v, %v before its deadline", n, op, deadline-b.Now())
		}
	}
	for _, deadline := range []time.Duration{0, 1, b.Now() + time.Hour, backend.NoDeadline} {
		for _, meanwhile := range []bool{false, true} {
			op := new(backend.Op)
			add := func() {
				completed.Add(op)
				c.Wake()
			}
			if meanwhile && deadline > time.Hour {
				go add()
			} else {
				add()
			}
			if got := wait(deadline); got != op {
				t.Errorf("Wait(%v) returned %v, want %v", deadline, got, op)
			}
			wait(0) // takes the wake, which may come after the operation
		}
	}
}
