package proactor

// Handler is a completion handler: whom the dispatcher tells that an operation
// has completed.
type Handler interface {
	// HandleCompletion is called once for each operation started. op is idle
	// again and may be restarted. It runs on the dispatcher, where everybody
	// waits for it: it must not block. What would block until the same dispatcher
	// calls another handler fails with ErrInHandler.
	HandleCompletion(op *Operation)
}

// HandlerFunc lets a function be a Handler.
type HandlerFunc func(op *Operation)

// HandleCompletion calls f.
func (f HandlerFunc) HandleCompletion(op *Operation) { f(op) }
