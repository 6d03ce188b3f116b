package zmq

import "time"

// ReportCloseAfter has Close report after d what it waits for.
func ReportCloseAfter(c *Context, d time.Duration) { c.firstReport = d }

// HoldStops has each endpoint that s is bound to say, when it has been taken down,
// that it is about to be done, and wait for release.
func HoldStops(s *Socket, begun, release chan struct{}) {
	for _, b := range s.bound {
		stop := b.stop
		b.stop = func(done func()) {
			stop(func() {
				go func() {
					close(begun)
					<-release
					done()
				}()
			})
		}
	}
}

// MissingOptions are libzmq's options that are not implemented yet.
var MissingOptions = missing
