package perf

import (
	"strings"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/zmq"
)

// switches are the optimizations that --off switches off.
var switches = []struct {
	name string
	off  func(*zmq.Tuning)
}{
	{"speculative-write", func(t *zmq.Tuning) { t.NoSpeculativeWrite = true }},
	{"gather-write", func(t *zmq.Tuning) { t.NoGatherWrite = true }},
	{"read-coalescing", func(t *zmq.Tuning) { t.NoReadCoalescing = true }},
	{"timer-structure", func(t *zmq.Tuning) { t.NoTimerStructure = true }},
	{"handler-memory", func(t *zmq.Tuning) { t.NoHandlerMemory = true }},
	{"strand-elision", func(t *zmq.Tuning) { t.NoStrandElision = true }},
	{"leading", func(t *zmq.Tuning) { t.NoLeading = true }},
}

// Switches are the names of the optimizations, with commas between them.
func Switches() string {
	var names []string
	for _, s := range switches {
		names = append(names, s.name)
	}
	return strings.Join(names, ",")
}

func tuning(off []string) (t zmq.Tuning, err error) {
next:
	for _, name := range off {
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
