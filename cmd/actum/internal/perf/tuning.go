package perf

import (
	"strings"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/internal/tuning"
)

// switches are the optimizations that --off switches off.
var switches = []struct {
	name string
	off  func(*tuning.Options)
}{
	{"speculative-write", func(t *tuning.Options) { t.NoSpeculativeWrite = true }},
	{"gather-write", func(t *tuning.Options) { t.NoGatherWrite = true }},
	{"read-coalescing", func(t *tuning.Options) { t.NoReadCoalescing = true }},
	{"timer-structure", func(t *tuning.Options) { t.NoTimerStructure = true }},
	{"handler-memory", func(t *tuning.Options) { t.NoHandlerMemory = true }},
	{"strand-elision", func(t *tuning.Options) { t.NoStrandElision = true }},
	{"leading", func(t *tuning.Options) { t.NoLeading = true }},
}

// Switches returns the names of the optimizations, with commas between them.
func Switches() string {
	var names []string
	for _, s := range switches {
		names = append(names, s.name)
	}
	return strings.Join(names, ",")
}

// switchedOff is the tuning without the named optimizations.
func switchedOff(names []string) (t tuning.Options, err error) {
next:
	for _, name := range names {
		for _, s := range switches {
			if s.name == name {
				s.off(&t)
				continue next
			}
		}
		return t, exit.Usagef("--off %s: expected %s", name, Switches())
	}
	return t, nil
}
