package engine

import (
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq/internal/message"
)

// handler makes a completion handler of f.
func (e *conn) handler(f func(*proactor.Operation)) proactor.Handler {
	if !e.cfg.Tuning.NoStrandElision {
		return proactor.HandlerFunc(f)
	}
	return proactor.HandlerFunc(func(op *proactor.Operation) {
		e.strand.Lock()
		defer e.strand.Unlock()
		f(op)
	})
}

// renew gives an operation that is about to be started a new handler, with
// NoHandlerMemory. f is a method of the engine that is not bound to it yet,
// because binding it would allocate.
func (e *conn) renew(op *proactor.Operation, f func(*conn, *proactor.Operation)) {
	if e.cfg.Tuning.NoHandlerMemory {
		op.Handler = e.handler(func(op *proactor.Operation) { f(e, op) })
	}
}

// recycle keeps the memory of a batch that has been written for the next one,
// unless NoHandlerMemory is set.
func (e *conn) recycle() {
	e.inFlight.Reset()
	if e.cfg.Tuning.NoHandlerMemory {
		e.inFlight = message.Batch{}
	}
}
