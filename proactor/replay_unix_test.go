//go:build unix

package proactor_test

import (
	"os"
	"testing"

	"github.com/actum-go/actum/proactor"
)

func TestReplaySystemSignals(t *testing.T) {
	replaySignals(t, proactor.Options{}, func() {
		if err := raise(os.Interrupt); err != nil {
			t.Error(err)
		}
	})
}
