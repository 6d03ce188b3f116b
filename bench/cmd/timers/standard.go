package main

import (
	"sync"
	"time"
)

// standard is time.AfterFunc: its handlers run on goroutines of their own.
type standard struct {
	timers  []*time.Timer
	expired sync.WaitGroup
}

func newStandard(count int) (implementation, error) {
	return &standard{timers: make([]*time.Timer, count)}, nil
}

func (s *standard) start(i int, after time.Duration) {
	s.expired.Add(1)
	s.timers[i] = time.AfterFunc(after, s.expired.Done)
}

func (s *standard) cancel(i int) {
	if s.timers[i].Stop() {
		s.expired.Done()
	}
}

func (s *standard) settle() {}
func (s *standard) expire() { s.expired.Wait() }
