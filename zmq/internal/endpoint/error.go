package endpoint

import "fmt"

// Error says what is wrong with an endpoint, and what is expected.
type Error struct {
	Endpoint string // as it was given
	Reason   string // "no port: expected tcp://host:port"
}

func (e *Error) Error() string {
	return fmt.Sprintf("endpoint %q: %s", e.Endpoint, e.Reason)
}
