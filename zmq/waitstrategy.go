package zmq

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// waitStrategy lets a goroutine that waits for a message run the dispatcher while
// it waits (Leader/Followers). The read that brings the message and the Recv that
// returns it then run on one goroutine, and no other has to be woken in between.
//
// In a context with several dispatchers it is not known which of them will bring
// the message: receivers there only block.
type waitStrategy struct {
	d       *proactor.Dispatcher
	waiting atomic.Int32 // goroutines in Wait
	leaders sync.Pool    // of *leader
}

var _ pipe.WaitStrategy = (*waitStrategy)(nil)

// Wait implements pipe.WaitStrategy.
func (s *waitStrategy) Wait(ctx context.Context, w *pipe.Waiter, lead bool) error {
	if s.waiting.Add(1) == 1 && lead {
		s.lead(ctx, w)
	}
	if !w.Ready() {
		s.d.WakeHost()
	}
	err := w.Wait(ctx)
	s.waiting.Add(-1)
	return err
}

func (s *waitStrategy) lead(ctx context.Context, w *pipe.Waiter) {
	l, _ := s.leaders.Get().(*leader)
	if l == nil {
		l = new(leader)
	}
	*l = leader{strategy: s, ctx: ctx, waiter: w}
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, s.d.WakeLeader)()
	}
	s.d.Lead(l)
	*l = leader{}
	s.leaders.Put(l)
}

// WaitingElsewhere implements pipe.WaitStrategy. It counts one goroutine as
// waiting from now on.
func (s *waitStrategy) WaitingElsewhere() { s.waiting.Add(1) }

// WakeLeader implements pipe.WaitStrategy.
func (s *waitStrategy) WakeLeader() { s.d.WakeLeader() }

// leader is a goroutine that runs the dispatcher while it waits.
type leader struct {
	strategy *waitStrategy
	ctx      context.Context
	waiter   *pipe.Waiter
}

// Done implements proactor.Leader.
func (l *leader) Done() bool { return l.waiter.Ready() || l.ctx.Err() != nil }

// Alone implements proactor.Leader.
func (l *leader) Alone() bool { return l.strategy.waiting.Load() <= 1 }
