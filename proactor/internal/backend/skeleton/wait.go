package skeleton

import (
	"time"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// Channel is where the dispatching goroutine waits if other goroutines complete all
// operations of a backend.
type Channel struct {
	wake  chan struct{} // capacity 1: an operation has completed, or Wake was called
	timer *time.Timer   // of Wait, which has one caller at a time
}

// Init makes c ready.
func (c *Channel) Init() {
	c.wake, c.timer = make(chan struct{}, 1), time.NewTimer(time.Hour)
}

// Wake ends the Wait in progress, or else the next one.
func (c *Channel) Wake() {
	select {
	case c.wake <- struct{}{}:
	default: // a wake-up is pending already
	}
}

// Wait is the Wait of a backend on b. A goroutine that adds to completed calls Wake
// afterwards.
func (c *Channel) Wait(b *Base, completed *backend.Completions, deadline time.Duration) *backend.Op {
	woken := deadline == 0
	select {
	case <-c.wake:
		woken = true
	default:
	}
	if list := completed.Take(); list != nil || woken {
		return list
	}
	if deadline == backend.NoDeadline {
		<-c.wake
		return completed.Take()
	}
	c.timer.Reset(deadline - b.Now())
	select {
	case <-c.wake: // Reset forgets the timer's earlier deadline
	case <-c.timer.C:
	}
	return completed.Take()
}
