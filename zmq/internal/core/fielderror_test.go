package core

import (
	"errors"
	"testing"

	"github.com/actum-go/actum/zmq/internal/pattern"
)

// The error of an option names the field, and is found by errors.Is. The reason's own
// prefix is left out.
func TestFieldErrorText(t *testing.T) {
	for reason, want := range map[error]string{
		errors.New("zmq: too large"): "zmq: option Backlog: too large",
		errors.New("too large"):      "zmq: option Backlog: too large",
		pattern.ErrClosed:            "zmq: option Backlog: " + pattern.ErrClosed.Error()[len("zmq: "):],
	} {
		if err := error(&FieldError{Field: "Backlog", Err: reason}); err.Error() != want || !errors.Is(err, reason) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
