package proactor_test

import (
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/conformance"
)

// TestConformance runs the one suite on every backend that works here;
// TestBackendsWork says which one does not.
func TestConformance(t *testing.T) {
	for _, name := range workingBackends() {
		for _, network := range []string{"tcp", "unix"} {
			t.Run(name+"/"+network, func(t *testing.T) {
				conformance.NeedNetwork(t, name, network)
				conformance.Run(t, conformance.Config{
					Network: network,
					New:     func() (*proactor.Dispatcher, error) { return proactor.New(proactor.Options{Backend: name}) },
				})
			})
		}
	}
}

// TestBackends tests the seam below the dispatcher.
func TestBackends(t *testing.T) {
	for _, name := range workingBackends() {
		t.Run(name, func(t *testing.T) {
			conformance.RunBackend(t, func() (backend.Backend, error) { return proactor.OpenBackend(name) })
		})
	}
}
