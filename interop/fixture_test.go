package interop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// testTimeout bounds each test. Only a failing test takes that long.
const testTimeout = 20 * time.Second

// askAgain is the interval at which a message is repeated for a peer that may not
// be there yet. It is long enough that few repeats have to be skipped later.
const askAgain = 5 * time.Millisecond

// fixture is one test with its deadline and its peers, which end with it.
type fixture struct {
	*testing.T
	ctx    context.Context
	cancel context.CancelFunc
}

func newFixture(t *testing.T) *fixture {
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	t.Cleanup(cancel)
	return &fixture{t, ctx, cancel}
}

// start makes a peer that ends no later than the fixture.
func (s *fixture) start(from implementation, socketType string, o options) peer {
	s.Helper()
	p := from.start(s, socketType, o)
	s.Cleanup(p.kill)
	return p
}

// must ends the test if err is not nil.
func (s *fixture) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// together runs functions at once and waits for all. If one fails, the others are
// cancelled.
func (s *fixture) together(things ...func() error) {
	s.Helper()
	errs := make([]error, len(things))
	var wg sync.WaitGroup
	for i, thing := range things {
		wg.Go(func() {
			if errs[i] = thing(); errs[i] != nil {
				s.cancel()
			}
		})
	}
	wg.Wait()
	s.must(errors.Join(errs...))
}

// retry repeats a function until it succeeds or the time is over.
func (s *fixture) retry(thing func() error) {
	s.Helper()
	for {
		err := thing()
		if err == nil {
			return
		}
		if s.ctx.Err() != nil {
			s.Fatalf("still failing when the time was up: %v", err)
		}
	}
}

// reached returns when from's messages arrive at to, its only peer, and no other
// message is on its way: then the connection, and a subscription, exist.
func (s *fixture) reached(from, to peer) {
	s.Helper()
	s.spokenTo(from, to)
	s.must(from.say("begin"))
	s.skipTo(to, "begin")
}

// spokenTo returns when a message of from has arrived at to.
func (s *fixture) spokenTo(from, to peer) {
	s.Helper()
	s.delivered(from, to, "are you there?")
}

// delivered sends a message until it arrives.
func (s *fixture) delivered(from, to peer, message string) {
	s.Helper()
	heard := make(chan error, 1)
	go func() {
		for {
			frames, err := to.hear()
			if err != nil || frames[len(frames)-1] == message {
				heard <- err
				return
			}
		}
	}()
	for {
		s.must(from.say(message))
		select {
		case err := <-heard:
			s.must(err)
			return
		case <-time.After(askAgain):
		}
	}
}

// skipTo receives messages up to the given one.
func (s *fixture) skipTo(p peer, message string) {
	s.Helper()
	for {
		frames, err := p.hear()
		s.must(err)
		if frames[0] == message {
			return
		}
	}
}

// hears checks what a peer receives next.
func (s *fixture) hears(p peer, expected ...string) {
	s.Helper()
	frames, err := p.hear()
	s.must(err)
	if !slices.Equal(frames, expected) {
		s.Fatalf("received %q instead of %q", frames, expected)
	}
}

// link binds one peer and connects the other to it.
func (s *fixture) link(binder, connector peer, endpoint string) {
	s.Helper()
	bound, err := binder.bind(endpoint)
	s.must(err)
	s.must(connector.connect(bound))
}

// transport makes endpoints that no other test uses.
type transport struct {
	name string
	ipv6 bool
	// wildcard is to be bound, and picks a port if there are ports.
	wildcard func(t *testing.T) string
}

var transports = []transport{
	{"tcp", false, func(*testing.T) string { return "tcp://127.0.0.1:*" }},
	{"tcp6", true, func(*testing.T) string { return "tcp://[::1]:*" }},
	{"ipc", false, ipcEndpoint},
}

// fixedTransports have endpoints that are known before they are bound, and can be
// bound again.
var fixedTransports = []transport{
	{"tcp", false, fixedEndpoint},
	{"ipc", false, ipcEndpoint},
}

// ipcEndpoint is a path of its own. (t.TempDir's would be too long for some
// tests' names.)
func ipcEndpoint(t *testing.T) string {
	dir, err := os.MkdirTemp("", "interop")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return "ipc://" + filepath.Join(dir, "s")
}

var fixedAddresses atomic.Uint32

// fixedEndpoint is a port on a loopback address that no other test has.
func fixedEndpoint(*testing.T) string {
	n := fixedAddresses.Add(1)
	pid := os.Getpid()
	return fmt.Sprintf("tcp://127.%d.%d.%d:%d", 1+pid>>8&127, pid&255, n&255, 5555+n>>8)
}
