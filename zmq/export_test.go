package zmq

import (
	"time"

	"github.com/actum-go/actum/zmq/internal/option"
)

// ReportCloseAfter makes Close report after d what it waits for.
func ReportCloseAfter(c *Context, d time.Duration) { c.firstReport = d }

// HoldStops makes each stop of s's bound endpoints close begun when the endpoint
// is closed, and complete only when release is closed.
func HoldStops(s *Socket, begun, release chan struct{}) {
	for _, b := range s.bound {
		b.listener = heldListener{b.listener, begun, release}
	}
}

type heldListener struct {
	listener
	begun, release chan struct{}
}

func (l heldListener) Stop(done func()) {
	l.listener.Stop(func() {
		go func() {
			close(l.begun)
			<-l.release
			done()
		}()
	})
}

// UnimplementedOptions returns the libzmq options that are not implemented yet.
func UnimplementedOptions() (names []string) {
	for _, r := range option.Rows() {
		if !r.Implemented() && r.Instead == "" {
			names = append(names, r.Name)
		}
	}
	return names
}
