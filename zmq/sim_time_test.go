package zmq

import (
	"context"
	"time"

	"github.com/actum-go/actum/proactor"
)

// The progress of a run. All time is virtual.

// turn runs the dispatcher: a little, or until something happens, but not for
// long, because everything may be waiting for the scenario.
func (w *simulation) turn() {
	if w.oneIn(3) {
		if !w.pace.Outstanding() {
			w.d.StartTimer(&w.pace, 10*time.Millisecond)
		}
		w.wait()
		return
	}
	for range 1 + w.rng.IntN(4) {
		_, err := w.d.Poll()
		w.check(err)
	}
}

// wait lets time pass until something happens.
func (w *simulation) wait() {
	if w.rounds++; w.rounds > maxRounds {
		w.fail("stuck: %d turns and not done", maxRounds)
	}
	_, err := w.d.RunOne(context.Background())
	w.check(err)
}

// until waits until done, for at most so much virtual time, and reports whether
// done was reached. step is called between any two turns.
func (w *simulation) until(limit time.Duration, done func() bool) bool {
	late := w.deadline(limit)
	defer late.cancel()
	for !done() {
		if late.passed {
			return false
		}
		w.wait()
	}
	return true
}

// settle runs until everything is settled.
func (w *simulation) settle(step func()) {
	w.until(calmDown, func() bool { step(); return false })
}

// calm ends the faults and lets everything settle.
func (w *simulation) calm(step func()) {
	w.network.Calm()
	w.settle(step)
}

// broken bounds the number of connections that may have been broken with messages
// in them. A socket that is restarted has several.
func (w *simulation) broken() int { return w.resets() + maxPeers*w.restarts }

// maxPeers is the largest number of peers of a socket.
const maxPeers = 3

// resets is the number of connections that the network has broken.
func (w *simulation) resets() int { return int(w.network.Counts()["Reset"]) }

// close closes a socket with a linger, and reports whether all queued messages
// were sent.
func (w *simulation) close(s *Socket, linger time.Duration) (sent bool) {
	late := w.deadline(linger)
	defer late.cancel()
	return s.Shutdown(late.ctx) == nil
}

// deadline is a context that ends after an amount of virtual time.
type deadline struct {
	w      *simulation
	ctx    context.Context
	timer  proactor.Operation
	passed bool
}

func (w *simulation) deadline(after time.Duration) *deadline {
	ctx, end := context.WithCancel(context.Background())
	c := &deadline{w: w, ctx: ctx}
	c.timer.Handler = proactor.HandlerFunc(func(op *proactor.Operation) {
		c.passed = op.Err() == nil
		end()
	})
	w.d.StartTimer(&c.timer, after)
	return c
}

// cancel stops the timer and takes it back.
func (c *deadline) cancel() {
	c.w.d.Cancel(&c.timer)
	for c.timer.Outstanding() {
		c.w.wait()
	}
}
