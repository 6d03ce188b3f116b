package engine

import (
	"time"

	"github.com/actum-go/actum/proactor"
)

// timeout is a time limit: a timer operation of the dispatcher. It is made when
// it is needed, so that an idle connection has none.
type timeout struct {
	op    proactor.Operation
	timer *time.Timer // with NoTimerStructure
}

// startTimeout calls passed after d, or with an error if the timeout was
// stopped. The timeout must not be running.
func (e *ZMTP) startTimeout(t *timeout, d time.Duration, passed func(*proactor.Operation)) {
	t.op.Handler = e.handler(func(op *proactor.Operation) {
		t.timer = nil
		passed(op)
	})
	e.restartTimeout(t, d)
}

// restartTimeout starts a timeout again with the same handler.
func (e *ZMTP) restartTimeout(t *timeout, d time.Duration) {
	if e.cfg.Tuning.NoTimerStructure {
		t.timer = time.AfterFunc(d, func() { e.d.Post(&t.op) })
		return
	}
	e.d.StartTimer(&t.op, d)
}

// stopTimeout stops a timeout: its handler is called with an error, or not at
// all.
func (e *ZMTP) stopTimeout(t *timeout) {
	switch {
	case t.timer == nil:
		e.d.Cancel(&t.op)
	case t.timer.Stop():
		t.timer = nil
	}
}

// running reports whether the handler will still be called.
func (t *timeout) running() bool { return t.timer != nil || t.op.Outstanding() }
