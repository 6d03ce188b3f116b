package pipe

import (
	"sync"
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
// A sender that rotates over eight connections leaves each of them idle for eight
// times as long as it takes to send a message, and is a stream all the same; so is
// one that rotates over eight sockets. All sockets of a context share its Pace.
//
// Where dense streams begin again and again, their first messages are handed on as
// well: the consumers have one wake-up for all of a burst.
//
// A stream goes on while less than [Gap] passes for each message; writing is no
// pause, whoever does it. How dense streams are is learned: from how many messages
// they had within a turn's time, and how many consumers these went to.
//
// All of it may be called by any goroutine. A Pace without a clock, and no Pace at
// all, take every message for one on its own.
type Pace struct {
	// Now is a clock that never goes back.
	Now  func() time.Duration
	last atomic.Int64 // by the clock: when Alone or Wrote was last called

	stream  atomic.Uint64 // the number of the stream; an Out has that of its last message
	mu      sync.Mutex
	length  time.Duration // of the stream, without the time that writing took
	sent    int           // the stream's messages
	reached int           // the Outs that they went to

	// What earlier streams had, of more than one message each.
	messages, consumers int
	bursts              int // how sure it is that the next one is dense: see predict
}

// Sender is what a socket adds to its context's Pace. It is guarded by the lock of
// the socket's Outs.
type Sender struct {
	Pace    *Pace
	sent    int // messages, and the Outs that were new to the stream, since Alone was called
	reached int
	fresh   bool   // the last message was the stream's first to its Out
	counted uint64 // messages of the socket that SendOnly knows of
}

const (
	// Gap is how long a sender must have been silent for a stream to end. A program
	// that sends in a loop is back within less; an answer to what a peer said takes
	// longer, by a trip through the network at least.
	Gap = 3 * time.Microsecond
	// longestWait bounds how many messages excuse a silence: after so many Gaps the
	// stream has ended, whatever was sent before.
	longestWait = 16
	// turn is how long it takes, about, until a dispatcher that was told begins; its
	// round then takes longer, the more consumers it has to write for. What is sent
	// to the same consumer later would not have left together: a stream that goes on
	// for longer than a turn, and a Gap for each consumer, counts as another one.
	turn = 20 * time.Microsecond
	// most bounds the sums, and densest the ratio of what is added to them, so that a
	// program whose streams change is soon judged by the new ones.
	most, densest = 256, 4
	// From shortest messages on a stream is a burst. So many more bursts than
	// other streams make certain that another one begins.
	shortest, certain = 4, 3
)

// Send counts a message to o.
func (s *Sender) Send(o *Out) {
	if s.Pace == nil {
		return
	}
	s.sent++
	stream := s.Pace.stream.Load()
	if s.fresh = o.stream != stream; s.fresh {
		o.stream = stream
		s.reached++
	}
}

// SendOnly counts the messages to o that were sent since it was called last: o is the
// socket's only Out, and the last message has woken its consumer. The others are
// counted here, so that they cost nothing when they are sent.
func (s *Sender) SendOnly(o *Out) {
	if s.Pace == nil {
		return
	}
	waiting, _ := o.Queued()
	sent := o.sent.Msgs + uint64(waiting)
	if sent > s.counted {
		s.sent += int(min(sent-s.counted, most)) - 1
	}
	s.counted = sent
	s.Send(o)
}

// Alone reports whether the sender is to write itself. It is asked when the message
// that was counted last, to o, has found the consumer at rest.
func (s *Sender) Alone(o *Out) bool {
	p := s.Pace
	if p == nil || p.Now == nil || o.local {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	silent := now - time.Duration(p.last.Swap(int64(now)))
	alone := silent >= time.Duration(min(max(s.sent, 1), longestWait))*Gap
	p.sent += s.sent
	p.reached += s.reached
	s.sent, s.reached = 0, 0
	if p.length += silent; alone || p.length >= max(turn, time.Duration(p.reached)*Gap) {
		p.begin(o, s.fresh)
	}
	if alone {
		return p.bursts < certain
	}
	return !dense(p.sent, p.reached) && !dense(p.messages, p.consumers)
}

// dense reports whether it is worth while to let messages wait for each other.
func dense(messages, consumers int) bool { return messages > 0 && 2*messages >= 3*consumers }

// begin begins another stream with the last message, to o. A stream of one message
// was none.
func (p *Pace) begin(o *Out, fresh bool) {
	if fresh {
		p.reached--
	}
	p.sent--
	p.predict()
	if p.sent > 1 {
		p.consumers += p.reached
		p.messages += min(p.sent, densest*p.reached)
	}
	if p.consumers >= most {
		p.messages, p.consumers = p.messages/2, p.consumers/2
	}
	o.stream = p.stream.Add(1)
	p.length, p.sent, p.reached = 0, 1, 1
}

// predict learns from the stream that has ended whether the next one will be a burst.
func (p *Pace) predict() {
	if p.sent >= shortest && dense(p.sent, p.reached) {
		p.bursts = min(p.bursts+1, certain+1)
	} else {
		p.bursts = max(p.bursts-2, 0)
	}
}

// Wrote says that a consumer has just written, or was given to the dispatcher.
func (p *Pace) Wrote() {
	if p != nil && p.Now != nil {
		p.last.Store(int64(p.Now()))
	}
}
