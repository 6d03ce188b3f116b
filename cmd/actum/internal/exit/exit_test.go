package exit

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/zmq"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

func TestCode(t *testing.T) {
	tests := []struct {
		err    error
		code   int
		silent bool
	}{
		{nil, OK, true},
		{errors.New("broken"), Failed, false},
		{zmq.ErrTimeout, Failed, false},
		{context.DeadlineExceeded, Failed, false},
		{Usagef("unknown"), Usage, false},
		{fmt.Errorf("perf: %w", Usagef("unknown")), Usage, false},
		{&zmq.EndpointError{Op: "bind", Err: errors.New("in use")}, Usage, false},
		{&zmq.OptionError{Option: "linger", Err: errors.New("negative")}, Usage, false},
		{errors.Join(nil, context.Canceled), Interrupted, true},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.err), func(t *testing.T) {
			if Code(tt.err) != tt.code || Silent(tt.err) != tt.silent {
				t.Errorf("code %d, silent %v; want %d, %v", Code(tt.err), Silent(tt.err), tt.code, tt.silent)
			}
		})
	}
}
