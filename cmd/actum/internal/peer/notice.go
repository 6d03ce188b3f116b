package peer

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/actum-go/actum/zmq"
)

// defaultPatience is how long a command waits before it reports what for.
const defaultPatience = time.Second

// wait is something that a command waits for.
type wait int

const (
	forMessage       wait = iota // a message to receive
	forRoom                      // a peer to send to, or room in its queue
	forSubscriptions             // a publisher's subscriptions
	forDelivery                  // the delivery of sent messages, at the end
	waits
)

// notice reports on standard error what a command is waiting for, after it has
// waited for some time, and again when that changes.
type notice struct {
	w        io.Writer
	patience time.Duration // negative: it reports nothing
	describe func(wait) string

	since [waits]atomic.Int64 // when a wait began, in ns since start; 0: there is none
	start time.Time
}

// begin starts a wait.
func (n *notice) begin(w wait) { n.since[w].Store(max(int64(time.Since(n.start)), 1)) }

// end ends a wait.
func (n *notice) end(w wait) { n.since[w].Store(0) }

// watch reports long waits until stop is called.
func (n *notice) watch() (stop func()) {
	if n.patience < 0 {
		return func() {}
	}
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		t := time.NewTicker(max(n.patience, time.Millisecond))
		defer t.Stop()
		said := ""
		for {
			select {
			case <-t.C:
				if text := n.text(); text != "" && text != said {
					said = text
					fmt.Fprintln(n.w, "actum:", text)
				}
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		watching.Wait()
	}
}

// text describes the wait that has lasted too long; empty if there is none. Of
// several it describes the last, on which the others depend.
func (n *notice) text() string {
	now := time.Since(n.start)
	for w := waits - 1; w >= 0; w-- {
		if since := n.since[w].Load(); since != 0 && now-time.Duration(since) >= n.patience {
			return n.describe(w)
		}
	}
	return ""
}

// waitingFor describes what a socket waits for.
func (s *session) waitingFor(w wait) string {
	stats := s.Stats()
	var absent []string
	for _, e := range stats.Endpoints {
		if text := missing(e); text != "" {
			absent = append(absent, text)
		}
	}
	if stats.Peers == 0 {
		for _, e := range stats.Endpoints {
			if e.State == zmq.EndpointListening {
				absent = append(absent, listening(e))
			}
		}
		return "waiting for " + strings.Join(absent, "; ")
	}
	text := "connected, waiting for messages"
	switch {
	case w == forSubscriptions:
		text = fmt.Sprintf("waiting for subscriptions: %d of %d", stats.Subscriptions, s.subscriptions)
	case w == forRoom:
		text = "connected, waiting for a peer that takes the message"
	case w == forDelivery:
		text = fmt.Sprintf("connected, waiting for the peer to take %s", messages(uint64(stats.Queued)))
	case s.Type() == zmq.REQ:
		text = "connected, waiting for the reply"
	}
	return strings.Join(append([]string{text}, absent...), "; ")
}

// missing describes why a connected endpoint has no connection; empty if it has
// one.
func missing(e zmq.EndpointStats) string {
	switch {
	case e.State == zmq.EndpointListening, e.State == zmq.EndpointConnected:
		return ""
	case e.LastError == nil:
		return e.Endpoint
	case e.State == zmq.EndpointGivenUp:
		return e.Endpoint + ": " + reason(e.LastError) + ", given up"
	}
	return e.Endpoint + ": " + reason(e.LastError) + ", trying again"
}

// listening reports that no peer has connected to a bound endpoint, or why the
// last peer failed.
func listening(e zmq.EndpointStats) string {
	if e.LastError == nil {
		return "a peer to connect to " + e.Endpoint
	}
	return "a peer to connect to " + e.Endpoint + " (the last one: " + reason(e.LastError) + ")"
}

// reason is an error's text without the operation and the address, which the
// report already names.
func reason(err error) string {
	if op, ok := err.(*net.OpError); ok && op.Err != nil {
		err = op.Err
	}
	if call, ok := err.(*os.SyscallError); ok && call.Err != nil {
		err = call.Err
	}
	return err.Error()
}

// lockedWriter may be used by several goroutines.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
