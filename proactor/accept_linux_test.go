package proactor_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// TestAcceptWithoutDescriptors: an accept that fails because descriptors have run
// out leaves the listener, and the connection in its queue, as they are.
func TestAcceptWithoutDescriptors(t *testing.T) {
	for _, name := range workingBackends() {
		if name != "sim" {
			t.Run(name, func(t *testing.T) { testAcceptWithoutDescriptors(t, name) })
		}
	}
}

func testAcceptWithoutDescriptors(t *testing.T, name string) {
	d := dispatcher(t, name)
	ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	complete := func(op *proactor.Operation) {
		t.Helper()
		for op.Outstanding() {
			if _, err := d.RunOne(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	d.Connect(&op, "tcp", ln.LocalAddr().String(), nil)
	complete(&op)
	if op.Err() != nil {
		t.Fatal(op.Err())
	}
	for range 3 {
		restore := exhaustDescriptors(t)
		ln.Accept(&op)
		complete(&op)
		restore()
		if failed := (*net.OpError)(nil); !errors.Is(op.Err(), syscall.EMFILE) || !errors.As(op.Err(), &failed) || failed.Op != "accept" {
			t.Errorf("accept without descriptors: %v", op.Err())
		}
	}
	ln.Accept(&op)
	complete(&op)
	if op.Err() != nil || op.Handle() == nil {
		t.Errorf("accept with descriptors again: %v", op.Err())
	}
}

// TestAcceptPauseIsLogged: the start and the end of a pause of accepts are each
// logged once, also if the listener was closed meanwhile.
func TestAcceptPauseIsLogged(t *testing.T) {
	for _, test := range []struct {
		closed bool
		says   string
	}{{true, "proactor: accepts that paused have ended"}, {false, "proactor: accepts continue"}} {
		var log bytes.Buffer
		d := newDispatcher(t, proactor.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		pauseAccepts(t, d, test.closed)
		d.Close() // which waits for the logger
		for _, line := range []string{"level=WARN msg=\"proactor: accepts pause\"", "too many open files", "level=INFO msg=\"" + test.says + "\""} {
			if n := strings.Count(log.String(), line); n != 1 {
				t.Errorf("closed %v: %q is logged %d times:\n%s", test.closed, line, n, log.String())
			}
		}
	}
}

// pauseAccepts makes a listener run out of descriptors, and then closes it, or makes
// descriptors available again.
func pauseAccepts(t *testing.T, d *proactor.Dispatcher, closed bool) {
	t.Helper()
	ln, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	var connect, accept proactor.Operation
	connect.Handler = proactor.HandlerFunc(nothing)
	accepted := false
	accept.Handler = proactor.HandlerFunc(func(op *proactor.Operation) { accepted = accepted || op.Handle() != nil })
	until := func(cond func() bool) {
		for !cond() {
			if _, err := d.RunOne(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.Connect(&connect, "tcp", ln.LocalAddr().String(), nil)
	until(func() bool { return !connect.Outstanding() })
	idle, err := d.Listen("tcp", "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	_, failures, _ := d.PausedAccepts()
	restore := exhaustDescriptors(t)
	ln.AcceptMultishot(&accept)
	until(func() bool { _, now, _ := d.PausedAccepts(); return now > failures+1 })
	until(func() bool { return ln.PausedAccept() != nil }) // not in the middle of an attempt
	if err := ln.PausedAccept(); !errors.Is(err, syscall.EMFILE) || idle.PausedAccept() != nil {
		t.Errorf("the listener pauses for %v, another one for %v", err, idle.PausedAccept())
	}
	if closed {
		ln.Close()
		until(func() bool { return !accept.Outstanding() })
	}
	restore()
	if !closed {
		until(func() bool { return accepted })
		if err := ln.PausedAccept(); err != nil {
			t.Errorf("the listener accepts, and pauses for %v", err)
		}
	}
}
