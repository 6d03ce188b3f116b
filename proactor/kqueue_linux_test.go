package proactor_test

import (
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/kqueue/simulated"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// TestConformanceOfSimulatedKqueue runs the suite on all of the kqueue backend
// except its system calls.
func TestConformanceOfSimulatedKqueue(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			suite := suiteOf("epoll", network)
			suite.New = newOnSimulatedKqueue
			conformance.Run(t, suite)
		})
	}
}

// TestSimulatedKqueue tests the seam below the dispatcher.
func TestSimulatedKqueue(t *testing.T)              { conformance.RunBackend(t, openSimulatedKqueue) }
func openSimulatedKqueue() (backend.Backend, error) { return simulated.New(1) }

func newOnSimulatedKqueue() (*proactor.Dispatcher, error) {
	b, err := openSimulatedKqueue()
	if err != nil {
		return nil, err
	}
	d, err := proactor.New(proactor.Options{Backend: proactor.Named("epoll")})
	if err != nil {
		b.Close()
		return nil, err
	}
	proactor.WrapBackend(d, func(was backend.Backend) backend.Backend {
		was.Close()
		return b
	})
	return d, nil
}
