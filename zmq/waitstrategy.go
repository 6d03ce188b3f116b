package zmq

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// helper lets a goroutine that waits for a message run the dispatcher while it
// waits (leader and followers): the read that completes and the Recv that it
// completes are then on one goroutine, and no thread is woken between them.
//
// Where a context has several dispatchers it is not known which of them will
// bring the message: there receivers just wait.
type waitStrategy struct {
	d       *proactor.Dispatcher
	waiting atomic.Int32 // goroutines in Wait
	leaders sync.Pool    // of *follower
}

var _ pipe.WaitStrategy = (*waitStrategy)(nil)

// Wait implements pipe.WaitStrategy.
func (h *waitStrategy) Wait(ctx context.Context, w *pipe.Waiter, lead bool) error {
	if h.waiting.Add(1) == 1 && lead {
		h.lead(ctx, w)
	}
	if !w.Ready() {
		h.d.WakeHost()
	}
	err := w.Wait(ctx)
	h.waiting.Add(-1)
	return err
}

func (h *waitStrategy) lead(ctx context.Context, w *pipe.Waiter) {
	f, _ := h.leaders.Get().(*leader)
	if f == nil {
		f = new(leader)
	}
	*f = leader{strategy: h, ctx: ctx, waiter: w}
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, h.d.WakeLeader)()
	}
	h.d.Lead(f)
	*f = leader{}
	h.leaders.Put(f)
}

// Watched implements pipe.WaitStrategy: there is always somebody who waits now.
func (h *waitStrategy) WaitingElsewhere() { h.waiting.Add(1) }

// Rouse implements pipe.WaitStrategy.
func (h *waitStrategy) WakeLeader() { h.d.WakeLeader() }

// follower is a goroutine that leads while it waits for its turn.
type leader struct {
	strategy *waitStrategy
	ctx      context.Context
	waiter   *pipe.Waiter
}

// Done implements proactor.Leader.
func (f *leader) Done() bool { return f.waiter.Ready() || f.ctx.Err() != nil }

// Alone implements proactor.Leader.
func (f *leader) Alone() bool { return f.strategy.waiting.Load() <= 1 }
