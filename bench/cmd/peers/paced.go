package main

import (
	"encoding/binary"
	"time"
)

// sendPaced sends at a fixed rate. A message has the time at which it was to be sent,
// also if it is sent later because those before it took long: a pause of the receiver
// delays all messages that are due meanwhile, and each of them is counted.
func (s *side) sendPaced() error {
	frame := make([]byte, s.size)
	begin := time.Now().UnixNano()
	for i := range s.count {
		due := begin + int64(float64(i)*1e9/float64(s.rate))
		waitUntil(due)
		binary.LittleEndian.PutUint64(frame, uint64(due))
		if err := s.sockets[i%len(s.sockets)].SendBytes(never, frame); err != nil {
			return err
		}
	}
	return nil
}

// soon is how far away a message may be due for the sender not to sleep: to be woken
// takes longer.
const soon = 100 * time.Microsecond

// waitUntil waits until the clock shows that time, in nanoseconds.
func waitUntil(clock int64) {
	for {
		left := time.Duration(clock - time.Now().UnixNano())
		if left <= 0 {
			return
		}
		if left > soon {
			nap(left - soon/2)
		}
	}
}

// late notes how long after it was due a message was received. The first tenth is
// warm-up.
func (r *receiving) late(now time.Time, due int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.warmup++; r.warmup > r.count/10 {
		r.took.Add(max(time.Duration(now.UnixNano()-due), 0))
	}
}
