package pipe_test

import (
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
	"github.com/actum-go/actum/zmq/internal/pipe"
)

// Who takes and finds nothing is told so, in each of the ways to take.
func TestOutWithNothingToTake(t *testing.T) {
	s := newSender(pipe.Limits{})
	var b message.Batch
	if s.Take(&b) || s.TakeMore(&b) || s.CreditAndTake(0, 0, &b) {
		t.Error("took something out of an empty Out")
	}
	s.put(text("x"))
	if !s.TakeMore(&b) || b.Msgs != 1 {
		t.Errorf("took %d messages, want 1", b.Msgs)
	}
	if s.CreditAndTake(1, 1, &b) || s.Take(&b) {
		t.Error("took a message twice")
	}
}
