package zmq

import "github.com/actum-go/actum/proactor"

// mayNotWait is why the caller must not wait for the context's dispatchers; nil if it
// may. They are the context's own, but proactor.Dispatchers lists them, so that a
// program can have a handler of its own called there: what waits in it for a message,
// or for the end of a socket, waits for the handler itself.
func (c *Context) mayNotWait() error {
	if !c.own {
		return nil // simulation: who waits dispatches
	}
	for _, d := range c.dispatchers {
		if d.InHandler() {
			return proactor.ErrInHandler
		}
	}
	return nil
}
