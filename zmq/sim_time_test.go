package zmq

import (
	"context"
	"time"

	"github.com/actum-go/actum/proactor"
)

// How a run goes on. All time is virtual.

// turn lets the dispatcher work: a little, or until something happens, but not
// for long: perhaps it is the scenario that everybody waits for.
func (w *simulation) turn() {
	if w.oneIn(3) {
		if !w.pace.Outstanding() {
			w.d.StartTimer(&w.pace, 10*time.Millisecond)
		}
		w.wait()
		return
	}
	for range 1 + w.dice.IntN(4) {
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

// settle is until that nothing but time ends.
func (w *simulation) settle(step func()) {
	w.until(calmDown, func() bool { step(); return false })
}

// calm ends the faults and lets everything settle.
func (w *simulation) calm(step func()) {
	w.network.Calm()
	w.settle(step)
}

// broken is how many connections may have been broken, with what was in them.
// A socket that is started again has several.
func (w *simulation) broken() int { return w.resets() + maxPeers*w.restarts }

// maxPeers is how many peers a socket has, at most.
const maxPeers = 3

// resets is how many connections have been broken by the network.
func (w *simulation) resets() int { return int(w.network.Counts()["Reset"]) }

// close closes a socket, which may take so long, and reports whether everything
// that was queued has been sent.
func (w *simulation) close(s *Socket, linger time.Duration) (sent bool) {
	late := w.deadline(linger)
	defer late.cancel()
	return s.Shutdown(late.ctx) == nil
}

// deadline passes when so much virtual time has; then its context ends.
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
