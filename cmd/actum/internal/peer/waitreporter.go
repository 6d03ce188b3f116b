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

// defaultReportDelay is how long a wait lasts before it is reported, unless
// system.Streams says otherwise.
const defaultReportDelay = time.Second

// wait is what a command waits for.
type wait int

const (
	forMessage       wait = iota // a message to receive
	forRoom                      // a peer to send to, or room in its queue
	forSubscriptions             // a publisher's subscriptions
	forDelivery                  // the delivery of sent messages, at the end

	numWaits = iota
)

// waitReporter reports on standard error what a command is waiting for, once a wait
// has lasted for delay. It reports again when the text changes.
type waitReporter struct {
	w        io.Writer
	delay    time.Duration // negative: it reports nothing
	describe func(wait) string

	started [numWaits]atomic.Int64 // when each wait began, in ns since epoch; 0: not waiting
	epoch   time.Time
}

// begin records that a wait has begun.
func (r *waitReporter) begin(w wait) { r.started[w].Store(max(int64(time.Since(r.epoch)), 1)) }

// end records that a wait has ended.
func (r *waitReporter) end(w wait) { r.started[w].Store(0) }

// watch reports long waits until stop is called.
func (r *waitReporter) watch() (stop func()) {
	if r.delay < 0 {
		return func() {}
	}
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		t := time.NewTicker(max(r.delay, time.Millisecond))
		defer t.Stop()
		last := ""
		for {
			select {
			case <-t.C:
				if text := r.text(); text != "" && text != last {
					last = text
					fmt.Fprintln(r.w, "actum:", text)
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

// text describes a wait that has lasted for delay; "" if there is none. If there are
// several, it describes the last in the order of the constants, on which the others
// depend.
func (r *waitReporter) text() string {
	now := time.Since(r.epoch)
	for w := wait(numWaits - 1); w >= 0; w-- {
		if started := r.started[w].Load(); started != 0 && now-time.Duration(started) >= r.delay {
			return r.describe(w)
		}
	}
	return ""
}

// waitingFor describes the wait w, and the endpoints that have no peer.
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

// missing describes an endpoint that the command connects to and that has no
// connection; "" for any other endpoint.
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

// listening describes a bound endpoint to which no peer is connected, and why the
// last peer failed.
func listening(e zmq.EndpointStats) string {
	if e.LastError == nil {
		return "a peer to connect to " + e.Endpoint
	}
	return "a peer to connect to " + e.Endpoint + " (the last one: " + reason(e.LastError) + ")"
}

// reason is an error's text without the operation and the address: the report names
// the endpoint anyway.
func reason(err error) string {
	if op, ok := err.(*net.OpError); ok && op.Err != nil {
		err = op.Err
	}
	if call, ok := err.(*os.SyscallError); ok && call.Err != nil {
		err = call.Err
	}
	return err.Error()
}

// lockedWriter lets several goroutines write to w.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
