package core

import (
	"context"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// waitStrategy lets a goroutine that waits for a message run the dispatcher while
// it waits (Leader/Followers): see [proactor.Dispatcher.Await].
//
// In a context with several dispatchers it is not known which of them will bring
// the message: receivers there only block.
type waitStrategy struct{ *proactor.Dispatcher }

var _ pipe.WaitStrategy = waitStrategy{}

// Wait implements pipe.WaitStrategy.
func (s waitStrategy) Wait(ctx context.Context, w *pipe.Waiter, lead bool) error {
	if lead {
		return s.Await(ctx, w)
	}
	return s.AwaitBlocked(ctx, w)
}

// WaitingElsewhere implements pipe.WaitStrategy.
func (s waitStrategy) WaitingElsewhere() { s.AwaitedElsewhere() }
