package interop

import (
	"time"

	"github.com/actum-go/actum/interop/internal/flow"
)

// peer is one ZeroMQ socket, in this process or in another one. A peer does one
// thing at a time, but any goroutine may use it. Calls that wait fail when the
// fixture's time is over.
type peer interface {
	// bind returns the last endpoint: the one bound, with the port that was picked.
	bind(endpoint string) (string, error)
	connect(endpoint string) error
	unbind(endpoint string) error
	disconnect(endpoint string) error
	subscribe(prefix string) error
	unsubscribe(prefix string) error

	send(f flow.Flow) error
	recv(f flow.Flow) error
	// exchange sends one flow and receives the other at the same time.
	exchange(out, in flow.Flow) error
	// ask sends each message and waits for the same message as its reply.
	ask(f flow.Flow) error
	// echo sends count messages back, frame by frame as they arrive.
	echo(count int) error
	// follow receives the numbers of two streams until last, or a higher one, has
	// arrived: numbers below whole only grow, and those from whole on are
	// complete. It returns how many there were, and the first.
	follow(whole, last int) (count, first int, err error)

	say(frames ...string) error
	// attempt is say, but fails instead of waiting.
	attempt(frames ...string) error
	hear() ([]string, error)

	// close closes the socket, with its linger, and ends the process it is in.
	close() error
	// kill ends the peer without closing anything: SIGKILL for a process.
	kill()
}

// options are the socket options that tests use. The zero value has the defaults.
type options struct {
	hwm       int // both marks, in messages; unlimited if negative
	linger    time.Duration
	maxSize   int64 // of a frame, in bytes
	routingID string
	mandatory bool // ROUTER
	handover  bool // ROUTER
	probe     bool // DEALER
	relaxed   bool // REQ: relaxed, and with request ids
	ipv6      bool
	heartbeat time.Duration // interval
	timeout   time.Duration // of heartbeats: for an answer, and for the peer
}

const noLinger time.Duration = -1

// implementation makes peers.
type implementation struct {
	name  string
	start func(s *fixture, socketType string, o options) peer
}

// The other implementations. Each is tested in either role.
var theirs = []implementation{
	{"libzmq", startLibzmq},
	{"pyzmq", startPyzmq},
}

var ours = implementation{"actum", startOurs}
