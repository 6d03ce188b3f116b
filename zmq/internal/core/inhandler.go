package core

import "github.com/actum-go/actum/proactor"

// checkCanWait returns an error if the caller must not wait for the context's
// dispatchers. The dispatchers belong to the context, but proactor.Dispatchers
// lists them, so a program can have a handler of its own called there. If that
// handler waited for a message, or for a socket to close, it would wait for
// itself.
func (c *Context) checkCanWait() error {
	if !c.own {
		return nil // in a simulation the goroutine that waits also dispatches
	}
	for _, d := range c.dispatchers {
		if d.InHandler() {
			return proactor.ErrInHandler
		}
	}
	return nil
}
