package zmq

import (
	"context"
	"fmt"
)

// Close closes the socket. Calls in progress fail with ErrClosed. Close waits for
// queued messages to be sent, for as long as Options.Linger allows, and then up
// to a second of that time for peers to read what was written and leave. It
// returns when the socket has neither a goroutine nor a descriptor left. Messages
// that were not sent by then are dropped, counted, and reported to the logger.
// Further calls wait for the first.
//
// With a zero Linger, which is LingerForever, Close waits without a limit, even
// for a peer that never comes. Meanwhile [Socket.Stats] shows what Close waits
// for, and after a second a warning is logged. [Socket.Shutdown] bounds the wait,
// also when it is called while Close waits.
func (s *Socket) Close() error { return s.core.Close() }

// Shutdown closes the socket as Close does, but waits for queued messages until
// ctx is done, whatever Options.Linger says. Messages that could not be sent are
// dropped and counted, and Shutdown fails with an *UnsentError that has their
// number. Shutdown can be called while Close waits: both then return no later
// than ctx is done.
func (s *Socket) Shutdown(ctx context.Context) error {
	unsent, err := s.core.Shutdown(ctx)
	if unsent > 0 {
		return &UnsentError{Of: s.Type().String(), Messages: unsent, Err: ctx.Err()}
	}
	return err
}

// UnsentError is the error of Shutdown when messages were dropped because they
// could not be sent: the context was done first, or their peer is gone for good.
type UnsentError struct {
	Of       string // the socket's type, such as "PUSH", or "the context" if a context was shut down
	Messages int
	Err      error // the context's error; nil if the context is not done
}

func (e *UnsentError) Error() string {
	why := "their peers are gone"
	if e.Err != nil {
		why = e.Err.Error() + ": give it more time"
	}
	messages, were := "1 message", "was"
	if e.Messages != 1 {
		messages, were = fmt.Sprintf("%d messages", e.Messages), "were"
	}
	return "zmq: shutdown of " + e.Of + ": " + messages + " could not be sent and " + were + " dropped: " + why
}

func (e *UnsentError) Unwrap() error { return e.Err }
