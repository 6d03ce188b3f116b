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
type helper struct {
	d       *proactor.Dispatcher
	waiting atomic.Int32 // goroutines in Wait
	free    sync.Pool    // of *follower
}

var _ pipe.Helper = (*helper)(nil)

// Wait implements pipe.Helper.
func (h *helper) Wait(ctx context.Context, w *pipe.Waiter, lead bool) error {
	if h.waiting.Add(1) == 1 && lead {
		h.lead(ctx, w)
	}
	if !w.Come() {
		h.d.Attend()
	}
	err := w.Wait(ctx)
	h.waiting.Add(-1)
	return err
}

func (h *helper) lead(ctx context.Context, w *pipe.Waiter) {
	f, _ := h.free.Get().(*follower)
	if f == nil {
		f = new(follower)
	}
	*f = follower{helper: h, ctx: ctx, waiter: w}
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, h.d.Rouse)()
	}
	h.d.Lead(f)
	*f = follower{}
	h.free.Put(f)
}

// Watched implements pipe.Helper: there is always somebody who waits now.
func (h *helper) Watched() { h.waiting.Add(1) }

// Rouse implements pipe.Helper.
func (h *helper) Rouse() { h.d.Rouse() }

// follower is a goroutine that leads while it waits for its turn.
type follower struct {
	helper *helper
	ctx    context.Context
	waiter *pipe.Waiter
}

// Done implements proactor.Follower.
func (f *follower) Done() bool { return f.waiter.Come() || f.ctx.Err() != nil }

// Alone implements proactor.Follower.
func (f *follower) Alone() bool { return f.helper.waiting.Load() <= 1 }
