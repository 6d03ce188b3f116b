// Package switches has the names of the optimizations of package zmq that a
// measurement can switch off.
package switches

import (
	"fmt"
	"slices"
	"strings"

	"github.com/actum-go/actum/internal/tuning"
)

// Phases has the six optimizations, in the three phases of the list that actum comes
// from.
var Phases = [3][]string{
	{"speculative-write", "gather-write"},
	{"read-coalescing", "timer-structure"},
	{"handler-memory", "strand-elision"},
}

// Leading is not on that list: a goroutine that waits for a message dispatches.
const Leading = "leading"

var fields = map[string]func(*tuning.Options) *bool{
	"speculative-write": func(t *tuning.Options) *bool { return &t.NoSpeculativeWrite },
	"gather-write":      func(t *tuning.Options) *bool { return &t.NoGatherWrite },
	"read-coalescing":   func(t *tuning.Options) *bool { return &t.NoReadCoalescing },
	"timer-structure":   func(t *tuning.Options) *bool { return &t.NoTimerStructure },
	"handler-memory":    func(t *tuning.Options) *bool { return &t.NoHandlerMemory },
	"strand-elision":    func(t *tuning.Options) *bool { return &t.NoStrandElision },
	Leading:             func(t *tuning.Options) *bool { return &t.NoLeading },
}

// Names are all names, in the order of the phases.
func Names() []string { return append(slices.Concat(Phases[:]...), Leading) }

// Off is the tuning without the named optimizations. The names are separated by commas.
func Off(names string) (t tuning.Options, err error) {
	for name := range strings.SplitSeq(names, ",") {
		if name == "" {
			continue
		}
		field, known := fields[name]
		if !known {
			return t, fmt.Errorf("no optimization %q: there are %s", name, strings.Join(Names(), ", "))
		}
		*field(&t) = true
	}
	return t, nil
}
