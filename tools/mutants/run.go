package mutants

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Verdict is what became of a mutant.
type Verdict string

// The verdicts. What does not compile is not counted, and what is equivalent is
// not run.
const (
	Killed     Verdict = "killed"
	TimedOut   Verdict = "timeout" // counts as killed
	Survived   Verdict = "SURVIVED"
	Uncompiled Verdict = "does not compile"
	Equivalent Verdict = "equivalent"
)

// Runner compiles mutants and runs tests on them.
type Runner struct {
	Root    string        // of the module
	Temp    string        // a folder of its own
	Short   bool          // tests are run with -short
	Timeout time.Duration // of one package's tests
	With    []string      // what builds and tests are started with, as in nice -n 19
}

// memory bounds what a mutant may take, in KiB of address space: one that
// allocates in a loop would else take the machine with it.
const memory = 6 << 20

// Baseline runs the tests on the code as it is: they must pass.
func (r *Runner) Baseline(ctx context.Context, tests []Test) error {
	for _, t := range tests {
		if v, out := r.try(ctx, "", t); v != Survived {
			return fmt.Errorf("the tests of %s do not pass on the code as it is: %s\n%s", t.Package, v, out)
		}
	}
	return nil
}

// Run says what the tests make of the mutant: the verdict, and which package's
// tests caught it.
func (r *Runner) Run(ctx context.Context, m Mutant, tests []Test) (Verdict, string, error) {
	overlay, err := r.overlay(m)
	if err != nil {
		return "", "", err
	}
	for _, t := range tests {
		v, _ := r.try(ctx, overlay, t)
		if err := ctx.Err(); err != nil {
			return "", "", err
		}
		if v != Survived {
			return v, t.Package, nil
		}
	}
	return Survived, "", nil
}

// overlay writes the changed file, and the list that the go command is given.
func (r *Runner) overlay(m Mutant) (string, error) {
	original := filepath.Join(r.Root, m.File)
	src, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	changed := filepath.Join(r.Temp, "mutant.go")
	if err := os.WriteFile(changed, m.Apply(src), 0o644); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(r.Temp, "overlay.json")
	return overlay, os.WriteFile(overlay, list, 0o644)
}

// try compiles the tests of a package with the overlay, and runs them.
func (r *Runner) try(ctx context.Context, overlay string, t Test) (Verdict, []byte) {
	guard, err := r.guard()
	if err != nil {
		return Uncompiled, []byte(err.Error())
	}
	args := []string{"go", "test", "-vet=off", "-ldflags=-s -w", "-count=1", "-failfast", "-timeout=" + r.Timeout.String(), "-exec=" + guard}
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	if r.Short {
		args = append(args, "-short")
	}
	if t.Run != "" {
		args = append(args, "-run="+t.Run)
	}
	if t.Skip != "" {
		args = append(args, "-skip="+t.Skip)
	}
	out, err := r.command(ctx, append(args, "./"+t.Package))
	return verdict(out, err), out
}

// verdict reads what the go command has printed, which ended with err.
func verdict(out []byte, err error) Verdict {
	text := string(out)
	switch {
	case err == nil:
		return Survived
	case strings.Contains(text, "[build failed]"), strings.Contains(text, "[setup failed]"):
		return Uncompiled
	case strings.Contains(text, "panic: test timed out after"), strings.Contains(text, "signal: killed"), strings.Contains(text, "exit status 137"):
		return TimedOut
	}
	return Killed
}

// guard writes the script that starts tests. A test's own timeout says who hung;
// one that spins or is out of memory cannot keep it.
func (r *Runner) guard() (string, error) {
	name := filepath.Join(r.Temp, "guard")
	text := fmt.Sprintf("#!/bin/sh\nulimit -v %d\nexec timeout -s KILL %d \"$@\"\n", memory, int((r.Timeout + 10*time.Second).Seconds()))
	return name, os.WriteFile(name, []byte(text), 0o755)
}

// command runs one in the module's folder. What tests leave in the folder for
// temporary files is removed.
func (r *Runner) command(ctx context.Context, args []string) ([]byte, error) {
	args = append(append([]string(nil), r.With...), args...)
	temp := filepath.Join(r.Temp, "tmp")
	if err := os.MkdirAll(temp, 0o755); err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = r.Root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "TMPDIR="+temp)
	return cmd.CombinedOutput()
}
