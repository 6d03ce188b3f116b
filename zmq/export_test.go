package zmq

import "time"

// ReportCloseAfter has Close report after d what it waits for.
func ReportCloseAfter(c *Context, d time.Duration) { c.firstReport = d }

// MissingOptions are libzmq's options that are not implemented yet.
var MissingOptions = missing
