package engine

import (
	"sync/atomic"

	"github.com/actum-go/actum/proactor"
)

// lazyOperation is an operation that is made when it is first needed, and kept:
// most connections are idle most of the time, and never need it.
type lazyOperation struct {
	op atomic.Pointer[proactor.Operation]
}

// get returns the operation. f is a method of the engine that is not bound to
// it yet, because binding it would allocate. One goroutine at a time may call
// get.
func (s *lazyOperation) get(e *conn, f func(*conn, *proactor.Operation)) *proactor.Operation {
	op := s.op.Load()
	if op == nil {
		op = &proactor.Operation{Handler: e.handler(func(op *proactor.Operation) { f(e, op) })}
		s.op.Store(op)
	}
	return op
}

// Outstanding may be called by any goroutine.
func (s *lazyOperation) Outstanding() bool {
	op := s.op.Load()
	return op != nil && op.Outstanding()
}
