package pipe

import (
	"sync/atomic"
	"time"
)

// Pace tells a sender that sends now and then from one that sends message after
// message. It is the one place that decides who writes when a message meets a
// consumer at rest:
//
//	now and then    the sender itself, at once: nothing is gained by waiting
//	in a stream     the dispatcher, a little later: what comes meanwhile leaves with it
//
// The sender is the socket, not the connection: one that rotates over eight
// connections leaves each of them idle for eight times as long as it takes to send
// a message, and is a stream all the same. All Outs of a socket share its Pace.
//
// A sender is in a stream if less than [Gap] has passed, for each message that it
// sent meanwhile, since the last time that it was asked for, or since one of its
// consumers has last written: a write takes longer than Gap, and is no pause.
//
// Send and Alone are called with the lock of the Outs; Wrote by whoever writes.
// The zero value, and nil, know no clock: every message is on its own.
type Pace struct {
	// Now is a clock that never goes back.
	Now  func() time.Duration
	sent int          // since Alone was last called
	last atomic.Int64 // by the clock: when Alone or Wrote was last called
}

const (
	// Gap is how long a sender must have been silent to write by itself. A program
	// that sends in a loop is back within less; an answer to what a peer said takes
	// longer, by a trip through the network at least.
	Gap = 3 * time.Microsecond
	// longestStream bounds how many messages are counted: what came before a pause
	// of so many Gaps says nothing about what comes after.
	longestStream = 16
)

// Send counts a message.
func (p *Pace) Send() { p.sent++ }

// Alone reports whether the message that was sent last is on its own. It is asked
// when the message has found a consumer at rest.
func (p *Pace) Alone() bool {
	if p == nil || p.Now == nil {
		return true
	}
	now := p.Now()
	silent := now - time.Duration(p.last.Swap(int64(now)))
	messages := min(max(p.sent, 1), longestStream)
	p.sent = 0
	return silent >= time.Duration(messages)*Gap
}

// Wrote says that a consumer has just written.
func (p *Pace) Wrote() {
	if p != nil && p.Now != nil {
		p.last.Store(int64(p.Now()))
	}
}
