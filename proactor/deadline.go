package proactor

import (
	"context"
	"fmt"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// SetTimeout gives each following start of the operation so much time. Once it
// has passed the operation completes early: with ErrDeadlineExceeded, which
// unwraps to os.ErrDeadlineExceeded, or with the part that was already done, or
// as if there were no timeout if it was done just then. 0 means no timeout;
// if it is negative the operation is not even tried. Every kind of operation has
// it but a post, which waits for nothing.
//
// A multishot operation has so much time for each completion, from the return of
// its handler; a periodic timer in all.
//
// It runs on the dispatcher's clock, and costs a place among its timers. As all
// settings it must not be changed while the operation is outstanding, which
// panics, and it stays until it is changed.
func (o *Operation) SetTimeout(after time.Duration) { o.settings().timeout = after }

// SetDeadline is SetTimeout with a moment instead of a span: what is outstanding
// or started after t completes with ErrDeadlineExceeded. The zero time means no
// deadline. With both a deadline and a timeout the earlier one counts. Each start
// converts t to the dispatcher's clock; a wall clock that is set later changes
// nothing for it.
func (o *Operation) SetDeadline(t time.Time) { o.settings().deadline = t }

// SetContext ends each following start of the operation, early, when ctx is done:
// with an error that unwraps to ctx's cause, or with the part that was already
// done. Nil means no context. It costs one context.AfterFunc a start, which
// allocates, and nothing if ctx can never be done. A context that has a deadline
// of its own has it on the system's clock; SetTimeout is cheaper.
func (o *Operation) SetContext(ctx context.Context) { o.settings().ctx = ctx }

// expiryOf is when the operation of c is out of time, by the dispatcher's clock, if
// it is started now.
func (d *Dispatcher) expiryOf(c *control, now time.Duration) time.Duration {
	limit := backend.NoDeadline
	switch {
	case c.timeout > 0:
		limit = expiry(now, c.timeout)
	case c.timeout < 0:
		return now
	}
	if !c.deadline.IsZero() {
		limit = min(limit, expiry(now, d.until(c.deadline)))
	}
	return limit
}

// until is how long it is until t, by the calendar.
func (d *Dispatcher) until(t time.Time) time.Duration {
	if d.journal == nil {
		return time.Until(t)
	}
	return time.Duration(d.journal.Value(func() int64 { return int64(time.Until(t)) }))
}

// expiry is when a span that begins now ends, however long it is.
func expiry(now, after time.Duration) time.Duration {
	if after <= 0 {
		return now
	}
	if after >= backend.NoDeadline-now {
		return backend.NoDeadline - 1
	}
	return now + after
}

// contextError is the result of an operation that ctx, which is done, has ended.
func contextError(ctx context.Context) error {
	return fmt.Errorf("proactor: operation ended by its context: %w", context.Cause(ctx))
}
