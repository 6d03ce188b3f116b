package proactor_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
)

// TestNewOperation: the function is called, and no setting can be changed while the
// operation is outstanding.
func TestNewOperation(t *testing.T) {
	d := dispatcher(t, "sim")
	calls := 0
	op := proactor.NewOperation(func(*proactor.Operation) { calls++ })
	d.StartTimer(op, time.Second)
	for name, set := range map[string]func(){
		"SetTimeout":     func() { op.SetTimeout(1) },
		"SetDeadline":    func() { op.SetDeadline(time.Now()) },
		"SetContext":     func() { op.SetContext(context.Background()) },
		"SetCancelGroup": func() { op.SetCancelGroup(nil) },
		"SetStrand":      func() { op.SetStrand(nil) },
		"SetPriority":    func() { op.SetPriority(proactor.PriorityHigh) },
	} {
		if text := panicOf(set); !strings.Contains(text, "outstanding as timer") {
			t.Errorf("%s: the panic is %q", name, text)
		}
	}
	runUntil(t, d, op)
	if calls != 1 {
		t.Errorf("the function was called %d times", calls)
	}
}

// panicOf is the value with which f panics; "" if it does not.
func panicOf(f func()) (text string) {
	defer func() { text, _ = recover().(string) }()
	f()
	return ""
}
