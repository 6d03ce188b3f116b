//go:build unix

package debug_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/actum-go/actum/proactor/debug"
)

const asVictim = "ACTUM_TEST_QUIT"

// TestOnQuit: SIGQUIT makes the process write its outstanding operations and its
// stacks, and exit.
func TestOnQuit(t *testing.T) {
	if os.Getenv(asVictim) != "" {
		stuck(t)
		debug.OnQuit(nil)
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOnQuit$")
	c.Env = append(os.Environ(), asVictim+"=1")
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Errorf("it ended with %v", err)
	}
	pending, stacks := pendingText.FindStringIndex(string(out)), strings.Index(string(out), "SIGQUIT: quit")
	if pending == nil || stacks < pending[1] {
		t.Errorf("it said\n%s", out)
	}
}

func TestOnQuitStops(t *testing.T) { debug.OnQuit(nil)() }
