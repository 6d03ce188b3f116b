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

// patience is how long a test may take. Only one that fails takes it.
const patience = 20 * time.Second

// askAgain is how often somebody who may not be there yet is spoken to: rarely
// enough not to pile up what has to be skipped later.
const askAgain = 5 * time.Millisecond

// stage is one test: its time and its peers. Everything on it ends with it.
type fixture struct {
	*testing.T
	ctx    context.Context
	cancel context.CancelFunc
}

func newFixture(t *testing.T) *fixture {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return &fixture{t, ctx, cancel}
}

// start makes a peer that ends with the stage at the latest.
func (s *fixture) start(from implementation, socketType string, o options) peer {
	s.Helper()
	p := from.start(s, socketType, o)
	s.Cleanup(p.kill)
	return p
}

// must ends the test if something that has to work does not.
func (s *fixture) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// together does several things at once and waits for all. If one fails the
// others are given up.
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

// retry does something until it works or the time is up.
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

// reached returns when what from says arrives at to, its only peer, and nothing
// else is on its way: a connection is there, and a subscription too.
func (s *fixture) reached(from, to peer) {
	s.Helper()
	s.spokenTo(from, to)
	s.must(from.say("begin"))
	s.skipTo(to, "begin")
}

// spokenTo returns when something that from says has arrived at to.
func (s *fixture) spokenTo(from, to peer) {
	s.Helper()
	s.delivered(from, to, "are you there?")
}

// delivered says a message until it arrives.
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

// skipTo receives up to a message.
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

// transport makes endpoints that nobody else uses.
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
