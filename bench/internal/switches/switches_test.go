package switches

import (
	"strings"
	"testing"

	"github.com/actum-go/actum/internal/tuning"
)

func TestOff(t *testing.T) {
	all := tuning.Options{NoSpeculativeWrite: true, NoGatherWrite: true, NoReadCoalescing: true, NoTimerStructure: true,
		NoHandlerMemory: true, NoStrandElision: true, NoLeading: true}
	for _, tt := range []struct {
		names string
		want  tuning.Options
		ok    bool
	}{
		{"", tuning.Options{}, true},
		{"gather-write", tuning.Options{NoGatherWrite: true}, true},
		{"speculative-write,leading", tuning.Options{NoSpeculativeWrite: true, NoLeading: true}, true},
		{strings.Join(Names(), ","), all, true},
		{"gather-write,nothing", tuning.Options{}, false},
	} {
		if got, err := Off(tt.names); (err == nil) != tt.ok || (tt.ok && got != tt.want) {
			t.Errorf("%q: %+v, %v", tt.names, got, err)
		}
	}
}
