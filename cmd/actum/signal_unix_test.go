//go:build unix

package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Ctrl-C, SIGTERM and SIGHUP end every command in order: the file of ipc is gone.
func TestSignals(t *testing.T) {
	caught := make(chan os.Signal, 1) // a child of who ignores SIGHUP ignores it, too: nohup go test
	signal.Notify(caught, syscall.SIGHUP)
	defer signal.Stop(caught)
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
	for i, line := range waiting {
		t.Run(line, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "s")
			c, stderr := started(t, line+" --bind ipc://"+file)
			if err := c.Process.Signal(signals[i%len(signals)]); err != nil {
				t.Fatal(err)
			}
			ends(t, c, stderr, 130)
			if _, err := os.Stat(file); err == nil {
				t.Errorf("%s is left behind", file)
			}
		})
	}
}

// A command whose standard output has no reader ends at once, silently, with exit code 0.
func TestClosedOutput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	pull := actum(t, "pull", "--bind", "ipc://"+filepath.Join(t.TempDir(), "s"))
	pull.Stdout = w
	var said strings.Builder
	pull.Stderr = &said
	if err := pull.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if err := pull.Wait(); err != nil || said.Len() > 0 {
		t.Errorf("pull: %v, %q", err, said.String())
	}
}
