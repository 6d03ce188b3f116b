package main

import (
	"context"
	"time"

	"github.com/actum-go/actum/proactor"
)

// actum has the timers of one dispatcher.
type actum struct {
	dispatcher *proactor.Dispatcher
	timers     []proactor.Operation
	ended      int // handlers called, of timers expired or cancelled
	started    int
}

func newActum(count int) (implementation, error) {
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		return nil, err
	}
	a := &actum{dispatcher: d, timers: make([]proactor.Operation, count)}
	for i := range a.timers {
		a.timers[i].Handler = a
	}
	return a, nil
}

func (a *actum) HandleCompletion(*proactor.Operation) { a.ended++ }

func (a *actum) start(i int, after time.Duration) {
	a.started++
	a.dispatcher.StartTimer(&a.timers[i], after)
}

func (a *actum) cancel(i int) { a.dispatcher.Cancel(&a.timers[i]) }

// settle dispatches the cancelled timers.
func (a *actum) settle() { a.expire() }

func (a *actum) expire() {
	for a.ended < a.started {
		if _, err := a.dispatcher.RunOne(context.Background()); err != nil {
			panic(err)
		}
	}
}
