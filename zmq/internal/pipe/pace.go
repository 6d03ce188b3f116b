package pipe

import (
	"sync/atomic"
	"time"
)

// Pace decides who writes when a message meets a consumer at rest. It tells a sender
// that sends now and then from one that sends message after message:
//
//	now and then           the sender itself, at once: nothing is gained by waiting
//	a stream, thin         the sender itself, too: each consumer gets one message, or
//	                       little more, and there is nothing to leave together
//	a stream, dense        the dispatcher, a little later: what comes for the same
//	                       consumer meanwhile leaves with it, in one system call
//
// The sender is the socket, not the connection: one that rotates over eight
// connections leaves each of them idle for eight times as long as it takes to send
// a message, and is a stream all the same. All Outs of a socket share its Pace.
//
// A stream goes on while less than [Gap] passes for each message; writing is no
// pause, whoever does it. How dense the socket's streams are is learned: from how many
// messages they had, and how many consumers these went to.
//
// Send and Alone are called with the lock of the Outs; Wrote by whoever writes.
// The zero value, and nil, know no clock: every message is on its own.
type Pace struct {
	// Now is a clock that never goes back.
	Now  func() time.Duration
	last atomic.Int64 // by the clock: when Alone or Wrote was last called

	stream  uint64 // the number of the stream; an Out has that of its last message
	sent    int    // the stream's messages
	reached int    // the Outs that they went to
	fresh   bool   // the last message was the stream's first to its Out
	asked   int    // of sent, when Alone was last called

	// What earlier streams had, of more than one message each.
	messages, consumers int
}

const (
	// Gap is how long a sender must have been silent for a stream to end. A program
	// that sends in a loop is back within less; an answer to what a peer said takes
	// longer, by a trip through the network at least.
	Gap = 3 * time.Microsecond
	// longestWait bounds how many messages excuse a silence: after so many Gaps the
	// stream has ended, whatever was sent before.
	longestWait = 16
	// longestStream is after how many messages a stream that goes on counts as
	// another one.
	longestStream = 8192
	// most bounds the sums, and densest the ratio of what is added to them, so that a
	// socket whose streams change is soon judged by the new ones.
	most, densest = 256, 4
)

// Send counts a message to o.
func (p *Pace) Send(o *Out) {
	p.sent++
	if p.fresh = o.stream != p.stream; p.fresh {
		o.stream = p.stream
		p.reached++
	}
}

// Alone reports whether the sender is to write itself. It is asked when the message
// that was counted last, to o, has found the consumer at rest.
func (p *Pace) Alone(o *Out) bool {
	if p == nil || p.Now == nil {
		return true
	}
	now := p.Now()
	silent := now - time.Duration(p.last.Swap(int64(now)))
	excused := min(max(p.sent-p.asked, 1), longestWait)
	if silent >= time.Duration(excused)*Gap {
		p.begin(o)
		return true
	}
	if p.sent > longestStream {
		p.begin(o)
	}
	p.asked = p.sent
	return !dense(p.sent, p.reached) && !dense(p.messages, p.consumers)
}

// dense reports whether it is worth while to let messages wait for each other.
func dense(messages, consumers int) bool { return messages > 0 && 2*messages >= 3*consumers }

// begin begins another stream with the last message, to o. A stream of one message
// was none.
func (p *Pace) begin(o *Out) {
	if p.fresh {
		p.reached--
	}
	if p.sent--; p.sent > 1 {
		p.consumers += p.reached
		p.messages += min(p.sent, densest*p.reached)
	}
	if p.consumers >= most {
		p.messages, p.consumers = p.messages/2, p.consumers/2
	}
	p.stream++
	o.stream, p.sent, p.reached, p.asked = p.stream, 1, 1, 1
}

// Wrote says that a consumer has just written.
func (p *Pace) Wrote() {
	if p != nil && p.Now != nil {
		p.last.Store(int64(p.Now()))
	}
}
