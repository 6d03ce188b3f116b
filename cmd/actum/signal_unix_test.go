//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/actum-go/actum/cmd/actum/internal/system"
)

// Ctrl-C and SIGTERM end every command in order: the file of ipc is gone.
func TestSignals(t *testing.T) {
	for i, line := range waiting {
		t.Run(line, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "s")
			c, stderr := started(t, line+" --bind ipc://"+file)
			if err := c.Process.Signal(system.EndSignals[i%len(system.EndSignals)]); err != nil {
				t.Fatal(err)
			}
			ends(t, c, stderr, 130)
			if _, err := os.Stat(file); err == nil {
				t.Errorf("%s is left behind", file)
			}
		})
	}
}

// The reader of standard output goes away: no word, exit code 0.
func TestClosedOutput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	endpoint := "ipc://" + filepath.Join(t.TempDir(), "s")
	pull := actum(t, "pull", "--bind", endpoint)
	pull.Stdout = w
	var said strings.Builder
	pull.Stderr = &said
	if err := pull.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if out, err := actum(t, "push", "--connect", endpoint, "--data", "x").CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("push: %v, %q", err, out)
	}
	if err := pull.Wait(); err != nil || said.Len() > 0 {
		t.Errorf("pull: %v, %q", err, said.String())
	}
}
