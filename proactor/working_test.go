package proactor_test

import (
	"errors"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// refusals probes each backend once, and keeps the errors of those that do not work
// here.
var refusals = sync.OnceValue(func() map[string]error {
	errs := make(map[string]error)
	for _, name := range proactor.Backends() {
		d, err := proactor.New(proactor.Options{Backend: proactor.Named(name)})
		if err != nil {
			errs[name] = err
			continue
		}
		d.Close()
	}
	return errs
})

// workingBackends are the backends on which the tests of this package run: all
// except those that TestBackendsWork reports.
func workingBackends() []string {
	return slices.DeleteFunc(proactor.Backends(), func(name string) bool { return refusals()[name] != nil })
}

// TestBackendsWork fails for a backend that does not work. It skips if the kernel
// lacks io_uring or a container forbids it, the one case for which there are other
// backends.
func TestBackendsWork(t *testing.T) {
	for _, name := range proactor.Backends() {
		t.Run(name, func(t *testing.T) {
			err := refusals()[name]
			forbidden := errors.Is(err, os.ErrPermission) || errors.Is(err, errors.ErrUnsupported)
			switch {
			case err == nil:
			case name == "uring" && forbidden:
				t.Skip(err)
			default:
				t.Error(err)
			}
		})
	}
}
