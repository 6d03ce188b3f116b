package proactor_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// Helpers that many tests use.

// newDispatcher makes a dispatcher that is closed when the test ends.
func newDispatcher(t testing.TB, o proactor.Options) *proactor.Dispatcher {
	t.Helper()
	d, err := proactor.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// dispatcher is newDispatcher on the given backend; "" is the default one.
func dispatcher(t testing.TB, backend string) *proactor.Dispatcher {
	t.Helper()
	return newDispatcher(t, proactor.Options{Backend: proactor.Named(backend)})
}

// runUntil dispatches until none of the operations is outstanding.
func runUntil(t testing.TB, d *proactor.Dispatcher, ops ...*proactor.Operation) {
	t.Helper()
	for slices.ContainsFunc(ops, (*proactor.Operation).Outstanding) {
		if _, err := d.RunOne(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// connectedPair makes the two ends of a stream on d.
func connectedPair(tb testing.TB, d *proactor.Dispatcher, network string) (a, b *proactor.Handle) {
	tb.Helper()
	address := "127.0.0.1:0"
	if network == "unix" {
		address = conformance.TempDir(tb) + "/s"
	}
	a, b, err := pairOf(d, network, address)
	if err != nil {
		tb.Fatal(err)
	}
	return a, b
}

// joined is connectedPair for examples.
func joined(d *proactor.Dispatcher) (a, b *proactor.Handle) {
	a, b, err := pairOf(d, "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return a, b
}

func pairOf(d *proactor.Dispatcher, network, address string) (a, b *proactor.Handle, err error) {
	ln, err := d.Listen(network, address, nil)
	if err != nil {
		return nil, nil, err
	}
	defer ln.Close()
	accept, connect := proactor.Operation{Handler: proactor.HandlerFunc(nothing)}, proactor.Operation{Handler: proactor.HandlerFunc(nothing)}
	ln.Accept(&accept)
	d.Connect(&connect, network, ln.LocalAddr().String(), nil)
	for accept.Outstanding() || connect.Outstanding() {
		if _, err := d.RunOne(context.Background()); err != nil {
			return nil, nil, err
		}
	}
	return connect.Handle(), accept.Handle(), errors.Join(accept.Err(), connect.Err())
}

// nothing is a handler that does nothing.
func nothing(*proactor.Operation) {}
