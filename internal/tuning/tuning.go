// Package tuning switches optimizations of package zmq off, one by one, to measure
// what each is worth. It is internal: programs have no reason to switch any off.
package tuning

// Options switches optimizations off. The zero value has all of them. Nothing but
// the speed depends on it.
type Options struct {
	// NoSpeculativeWrite makes every write an operation of the dispatcher.
	NoSpeculativeWrite bool
	// NoGatherWrite copies all bodies into one buffer.
	NoGatherWrite bool
	// NoReadCoalescing reads once for each wake-up, at most 8 KiB.
	NoReadCoalescing bool
	// NoTimerStructure gives each timeout a timer of Go's runtime instead of an
	// operation of the dispatcher.
	NoTimerStructure bool
	// NoHandlerMemory allocates for each operation: its handler, and the memory
	// that it reads into or writes from.
	NoHandlerMemory bool
	// NoStrandElision takes a lock around each handler, as a pool of dispatchers
	// would have to.
	NoStrandElision bool
	// NoLeading keeps a goroutine that waits for a message from dispatching.
	NoLeading bool
}

// Apply sets t in contextOptions, a *zmq.ContextOptions. Package zmq provides it
// when it is initialized.
var Apply func(contextOptions any, t Options)
