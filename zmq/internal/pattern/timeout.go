package pattern

import (
	"context"
	"time"
)

// atOnce is a context that is never done.
type atOnce struct{ context.Context }

func (*atOnce) Err() error { return nil }

// noWait is the context of calls that do not wait.
var noWait context.Context = &atOnce{context.Background()}

// withTimeout is ctx with the socket's own timeout, if it has one.
func withTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, d, ErrTimeout)
}

// ownTimeout reports whether the socket's own timeout, and not the caller's
// deadline, has ended a wait with ctx. err is the error of the wait.
func ownTimeout(ctx context.Context, err error) bool {
	return err == ctx.Err() && context.Cause(ctx) == ErrTimeout
}
