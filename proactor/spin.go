package proactor

import (
	"runtime"
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// How a goroutine that dispatches waits for the next completion. It parks, except that a
// leader first spins for a while: it looks again and again for the end of the read that
// was started last. A wake-up costs 20 µs and more, and the reply of a peer that is awake
// too takes less (docs/adr/0019).
//
// Spinning has to pay. A spin is fruitless if another operation completes first: a socket
// with many busy peers cannot know which of them is the next. If too many were fruitless
// the leader parks at once for the next few waits, and for twice as many the next time. A
// process without traffic does not spin, because nothing ends its wait.

const (
	// defaultSpinLimit is the longest spin if Options.SpinLimit is 0: about what a park
	// and a wake-up cost both sides.
	defaultSpinLimit = 100 * time.Microsecond
	// A fruitful spin earns one point and a fruitless one costs several, so that spinning
	// continues only while more than three of four are fruitful.
	fruitlessCost = 3
	maxCredit     = 4 * fruitlessCost
	// maxSkips bounds the number of waits without a spin: 2^maxSkips.
	maxSkips = 6
)

// spinning is what a dispatcher knows about its spins. The goroutine that has the turn
// owns it.
type spinning struct {
	backend backend.Spinner // nil: it cannot spin, or must not
	limit   time.Duration   // of one spin
	leading bool            // a leader has the turn
	credit  int             // see fruitlessCost
	backoff int             // how many times in a row the credit was used up
	skip    int             // waits that are still to park at once
}

// init prepares spins on b. With one processor the peer cannot answer meanwhile.
func (s *spinning) init(b backend.Backend, o *Options) {
	s.limit = o.SpinLimit
	if s.limit == 0 {
		s.limit = defaultSpinLimit
	}
	if s.limit > 0 && runtime.GOMAXPROCS(0) > 1 {
		s.backend, _ = b.(backend.Spinner)
	}
}

// wait is b's Wait, after a spin if a leader calls it and it may pay.
func (s *spinning) wait(b backend.Backend, deadline time.Duration) *backend.Op {
	switch {
	case deadline == 0 || !s.leading || s.backend == nil:
	case s.skip > 0:
		s.skip--
	default:
		if list := s.spin(b.Now() + s.limit); list != nil {
			return list
		}
	}
	return b.Wait(deadline)
}

// spin looks for completions until end.
func (s *spinning) spin(end time.Duration) *backend.Op {
	list, paid := s.backend.Spin(end)
	switch {
	case paid == backend.SpinRefused:
	case paid == backend.SpinFruitful:
		s.credit = min(s.credit+1, maxCredit)
		s.backoff = max(s.backoff-1, 0)
	case s.credit >= fruitlessCost:
		s.credit -= fruitlessCost
	default:
		s.credit = 0
		s.backoff = min(s.backoff+1, maxSkips)
		s.skip = 1<<s.backoff - 1
	}
	return list
}
