package engine

import (
	"time"

	"github.com/actum-go/actum/proactor"
)

// timeout is a time limit: an operation of the dispatcher's, made when it is
// needed, so that a connection at rest has none.
type timeout struct {
	op    proactor.Operation
	timer *time.Timer // with NoTimerStructure
}

// after has passed called when the time is over, or with an error when the
// timeout was stopped. The timeout must not be running.
func (e *Engine) startTimeout(t *timeout, d time.Duration, passed func(*proactor.Operation)) {
	t.op.Handler = e.handler(func(op *proactor.Operation) {
		t.timer = nil
		passed(op)
	})
	e.restartTimeout(t, d)
}

// again is after once more.
func (e *Engine) restartTimeout(t *timeout, d time.Duration) {
	if e.cfg.Tuning.NoTimerStructure {
		t.timer = time.AfterFunc(d, func() { e.d.Post(&t.op) })
		return
	}
	e.d.StartTimer(&t.op, d)
}

// stop makes a timeout unnecessary: its handler is called with an error, or not
// at all.
func (e *Engine) stopTimeout(t *timeout) {
	switch {
	case t.timer == nil:
		e.d.Cancel(&t.op)
	case t.timer.Stop():
		t.timer = nil
	}
}

// running reports whether the handler will still be called.
func (t *timeout) running() bool { return t.timer != nil || t.op.Outstanding() }
