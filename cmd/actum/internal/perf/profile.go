package perf

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
)

// startProfiles starts the profiles that were asked for and returns a function
// that ends them.
func (c *Command) startProfiles() (stop func() error, err error) {
	if c.MemProfile != "" {
		runtime.MemProfileRate = 1
	}
	stopCPU := func() error { return nil }
	if c.CPUProfile != "" {
		if stopCPU, err = startCPUProfile(c.CPUProfile); err != nil {
			return nil, err
		}
	}
	return func() error { return errors.Join(stopCPU(), writeMemProfile(c.MemProfile)) }, nil
}

func startCPUProfile(name string) (stop func() error, err error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, exit.Usagef("--cpuprofile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("--cpuprofile: %w", err), f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

func writeMemProfile(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return exit.Usagef("--memprofile: %w", err)
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
}
