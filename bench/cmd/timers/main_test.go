package main

import (
	"testing"
	"time"
)

// Every operation ends, so every timer is accounted for. A cost may be 0 where the
// clock of processor time is coarse.
func TestOperationsEnd(t *testing.T) {
	for name, make := range implementations {
		for operation, measure := range operations {
			timers, err := make(100)
			if err != nil {
				t.Fatal(err)
			}
			if cost := measure(timers, 100); cost > time.Minute {
				t.Errorf("%s %s: %v", name, operation, cost)
			}
		}
	}
}
