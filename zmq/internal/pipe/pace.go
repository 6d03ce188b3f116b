package pipe

import (
	"sync"
	"sync/atomic"
	"time"
)

// Pace decides which goroutine writes when a message finds an idle consumer. It
// distinguishes a sender that sends now and then from one that sends message
// after message:
//
//	now and then           the sender, at once: waiting would gain nothing
//	a thin stream          the sender, too: each consumer gets about one message,
//	                       so there is nothing that could leave together
//	a dense stream         the dispatcher, a little later: messages that come for
//	                       the same consumer meanwhile leave in one system call
//
// A sender that rotates over eight connections leaves each of them idle for
// eight times as long as it takes to send a message, and is a stream all the
// same; so is one that rotates over eight sockets. All sockets of a context
// share its Pace.
//
// Where dense streams begin again and again, the dispatcher writes their first
// messages as well, so that the consumers have one wake-up for a whole burst.
//
// A stream continues while less than [Gap] passes for each message. Time spent
// on writing does not count. Pace learns how dense streams are from the number
// of messages that they had within a turn's time, and the number of their
// consumers.
//
// Any goroutine may call any method. A nil Pace, and one without a clock, treat
// no message as part of a stream.
type Pace struct {
	// Now is a monotonic clock.
	Now  func() time.Duration
	last atomic.Int64 // the time at which Alone or Wrote was last called

	stream  atomic.Uint64 // the number of the stream; an Out keeps that of its last message
	mu      sync.Mutex
	length  time.Duration // of the stream, without the time spent on writing
	sent    int           // messages of the stream
	reached int           // Outs that they went to

	// The sums over earlier streams of more than one message each.
	messages, consumers int
	bursts              int // how certain it is that the next stream is dense: see predict
}

// Sender is a socket's part of its context's Pace. The lock of the socket's
// Outs guards it.
type Sender struct {
	Pace    *Pace
	sent    int // messages since Alone was called, and the Outs that were new to the stream
	reached int
	fresh   bool   // the last message was the stream's first to its Out
	counted uint64 // messages of the socket that SendOnly has counted
}

const (
	// Gap is the silence that ends a stream. A program that sends in a loop is
	// back within less; an answer to a peer's message takes longer, because it
	// takes a trip through the network at least.
	Gap = 3 * time.Microsecond
	// longestWait bounds the number of messages that extend the permitted
	// silence: after longestWait Gaps a stream has ended, whatever was sent
	// before.
	longestWait = 16
	// turn is about how long a notified dispatcher takes to begin; its round
	// then takes longer the more consumers it writes for. Messages sent to the
	// same consumer later would not have left together, so a stream that lasts
	// longer than a turn, and a Gap for each consumer, counts as another one.
	turn = 20 * time.Microsecond
	// most bounds the sums, and densest the ratio of what is added to them, so
	// that a program whose streams change is soon judged by the new ones.
	most, densest = 256, 4
	// A stream of shortest messages or more may be a burst. If there were
	// certain more bursts than other streams, Pace expects another burst.
	shortest, certain = 4, 3
	// A stream of sustained messages or more is dense, regardless of how many consumers
	// it has had: while a dispatcher writes for one of them, messages for the others
	// come. A sender that writes each message by itself is too slow to come back to
	// the first of hundreds of consumers before something interrupts its stream.
	sustained = 100
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

// SendOnly counts the messages to o since the last call. o is the socket's only
// Out, and the last message has activated its consumer. The messages before
// that are counted here, so that counting costs them nothing.
func (s *Sender) SendOnly(o *Out) {
	waiting, _ := o.Queued()
	sent := o.sent.Msgs + uint64(waiting)
	if sent > s.counted {
		s.sent += int(min(sent-s.counted, most)) - 1
	}
	s.counted = sent
	s.Send(o)
}

// Alone reports whether the sender should write itself. It is called when the
// message that was counted last, to o, has found the consumer idle.
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
	return p.sent < sustained && !dense(p.sent, p.reached) && !dense(p.messages, p.consumers)
}

// dense reports whether it is worth it to let messages wait for each other.
func dense(messages, consumers int) bool { return messages > 0 && 2*messages >= 3*consumers }

// begin begins another stream with the last message, to o. A stream of one
// message does not count as one.
func (p *Pace) begin(o *Out, fresh bool) {
	if fresh {
		p.reached--
	}
	p.sent--
	p.predict()
	if p.sent > 1 {
		p.consumers += p.reached
		if p.sent >= sustained {
			p.messages += densest * p.reached
		} else {
			p.messages += min(p.sent, densest*p.reached)
		}
	}
	if p.consumers >= most {
		p.messages, p.consumers = p.messages/2, p.consumers/2
	}
	o.stream = p.stream.Add(1)
	p.length, p.sent, p.reached = 0, 1, 1
}

// predict learns from the stream that has ended whether the next one will be a
// burst.
func (p *Pace) predict() {
	if p.sent >= shortest && dense(p.sent, p.reached) {
		p.bursts = min(p.bursts+1, certain+1)
	} else {
		p.bursts = max(p.bursts-2, 0)
	}
}

// Wrote reports that a consumer has just written, or was given to the
// dispatcher.
func (p *Pace) Wrote() {
	if p != nil && p.Now != nil {
		p.last.Store(int64(p.Now()))
	}
}
