package zmq

import "time"

// NewReportingContext makes a context whose sockets' Close reports after d what it
// waits for.
func NewReportingContext(o ContextOptions, d time.Duration) (*Context, error) {
	config := o.config()
	config.ReportAfter = d
	return newContext(config)
}
