package pattern_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/actum-go/actum/zmq/internal/pattern"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// countingLeader is a WaitStrategy that only counts.
type countingLeader struct{ times atomic.Int32 }

func (*countingLeader) Wait(ctx context.Context, w *pipe.Waiter, _ bool) error { return w.Block(ctx) }
func (r *countingLeader) WakeLeader()                                          { r.times.Add(1) }
func (*countingLeader) WaitingElsewhere()                                      {}
func (*countingLeader) RunDeferred(time.Duration) bool                         { return false }

// Over inproc up to four messages between two waits are sparse: then the leader
// is woken with the waiter. More of them are a stream. Where I/O brings them,
// the limit is higher: TestSparseRuns.
func TestFewMessagesBetweenWaits(t *testing.T) {
	for _, tt := range []struct {
		between int
		few     bool
	}{{1, true}, {4, true}, {5, false}, {20, false}} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		leader := &countingLeader{}
		o := defaults()
		o.WaitStrategy = leader
		push, pull := pattern.NewPush(defaults()), pattern.NewPull(o)
		join(t, push, pull)
		wait := func() <-chan error {
			result := make(chan error, 1)
			go func() {
				_, err := pull.Recv(ctx)
				result <- err
			}()
			for pattern.Receivers(pull) == 0 {
				if ctx.Err() != nil {
					t.Fatal("the receiver does not wait")
				}
				runtime.Gosched()
			}
			return result
		}
		for round := range 3 {
			waiting := wait()
			before := leader.times.Load()
			send(t, push, "x")
			expectError(t, "the receiver", <-waiting, nil)
			if got := leader.times.Load() > before; round > 0 && got != tt.few {
				t.Errorf("after %d messages: leader woken: %v, want %v", tt.between, got, tt.few)
			}
			for range tt.between - 1 {
				send(t, push, "x")
				expect(t, pull, "x")
			}
		}
	}
}
