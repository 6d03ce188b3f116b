package pattern

import (
	"sync/atomic"

	"github.com/actum-go/actum/zmq/internal/pipe"
)

// DropReason says why a message was dropped.
type DropReason int

// The reasons. Nothing is dropped without one.
const (
	DropHighWater     DropReason = iota // the peer's high-water mark was reached
	DropNoSubscriber                    // no peer had subscribed to it
	DropUnroutable                      // a ROUTER had no peer of that routing id
	DropNotSubscribed                   // it came without a subscription
	DropPeerGone                        // its peer disconnected before it left
	DropUnexpected                      // it was not the reply to a request, or its socket does not receive
	DropMalformed                       // it lacked the envelope that its type must have, or was not ZMTP
	DropUnread                          // its socket was closed before it was received
	DropTooLarge                        // it exceeded MaxFrameSize, MaxMessageSize or MaxFrames
	dropReasons
)

// String returns the reason in a word or two, as metrics name it.
func (r DropReason) String() string {
	return [dropReasons]string{
		"high-water mark", "no subscriber", "unroutable", "not subscribed",
		"peer gone", "unexpected", "malformed", "unread", "too large",
	}[r]
}

// Drops counts dropped messages by reason.
type Drops struct{ n [dropReasons]atomic.Uint64 }

// Add counts n messages.
func (d *Drops) Add(r DropReason, n int) {
	if n > 0 {
		d.n[r].Add(uint64(n))
	}
}

// Counts returns the reasons that occurred.
func (d *Drops) Counts() map[DropReason]uint64 {
	counts := map[DropReason]uint64{}
	for r := range d.n {
		if n := d.n[r].Load(); n > 0 {
			counts[DropReason(r)] = n
		}
	}
	return counts
}

// Refused counts n messages that an engine did not receive.
func (s *Socket) Refused(why pipe.Refusal, n int) {
	switch why {
	case pipe.RefusedTooLarge:
		s.Drops.Add(DropTooLarge, n)
	case pipe.RefusedMalformed:
		s.Drops.Add(DropMalformed, n)
	default:
		s.Drops.Add(DropUnexpected, n)
	}
}
