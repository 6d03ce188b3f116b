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

// roused is a helper that only counts.
type roused struct{ times atomic.Int32 }

func (*roused) Wait(ctx context.Context, w *pipe.Waiter, _ bool) error { return w.Wait(ctx) }
func (r *roused) WakeLeader()                                          { r.times.Add(1) }
func (*roused) WaitingElsewhere()                                      {}

// Over inproc up to four messages between two waits are few: then whoever waits
// is roused. More of them are a stream. Where I/O brings them, the limit is a thousand:
// TestSparseRuns.
func TestFewMessagesBetweenWaits(t *testing.T) {
	for _, tt := range []struct {
		between int
		few     bool
	}{{1, true}, {4, true}, {5, false}, {20, false}} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		helper := &roused{}
		o := defaults()
		o.WaitStrategy = helper
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
			before := helper.times.Load()
			send(t, push, "x")
			expectError(t, "the receiver", <-waiting, nil)
			if got := helper.times.Load() > before; round > 0 && got != tt.few {
				t.Errorf("after %d messages: roused: %v, want %v", tt.between, got, tt.few)
			}
			for range tt.between - 1 {
				send(t, push, "x")
				expect(t, pull, "x")
			}
		}
	}
}
