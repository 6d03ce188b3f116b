package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Verdict is the result for a mutant.
type Verdict string

// The verdicts. A mutant that does not compile is not counted, and one that is
// equivalent is not run.
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
	Stall   time.Duration // limit on the time in which no test begins or ends; 0 for none
	With    []string      // command that starts builds and tests, as in nice -n 19

	number int // of the mutant that is on, in a program that has several
}

// memory bounds a mutant's address space, in KiB: one that allocates in a loop would
// otherwise use up the machine's memory.
const memory = 6 << 20

// Baseline runs the tests on the code as it is: they must pass.
func (r *Runner) Baseline(ctx context.Context, tests []Test) error {
	built := map[string]string{}
	for _, t := range tests {
		if v, out := r.try(ctx, "", t, built); v != Survived {
			return fmt.Errorf("the tests of %s do not pass on the code as it is: %s\n%s", t.Package, v, out)
		}
	}
	return nil
}

// Run runs the tests on the mutant. It returns the verdict, and which package's tests
// caught the mutant.
func (r *Runner) Run(ctx context.Context, m Mutant, tests []Test) (Verdict, string, error) {
	overlay, err := r.overlay(m)
	if err != nil {
		return "", "", err
	}
	return r.run(ctx, overlay, tests, map[string]string{})
}

func (r *Runner) run(ctx context.Context, overlay string, tests []Test, built map[string]string) (Verdict, string, error) {
	for _, t := range tests {
		v, _ := r.try(ctx, overlay, t, built)
		if err := ctx.Err(); err != nil {
			return "", "", err
		}
		if v != Survived {
			return v, t.Package, nil
		}
	}
	return Survived, "", nil
}

// overlay writes the changed file, and the overlay for the go command.
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

// try compiles the tests of a package with the overlay, unless built has them, and
// runs them.
func (r *Runner) try(ctx context.Context, overlay string, t Test, built map[string]string) (Verdict, []byte) {
	binary, ok := built[t.Package]
	if !ok {
		var out []byte
		var err error
		if binary, out, err = r.build(ctx, overlay, t.Package, len(built)); err != nil {
			return Uncompiled, append(out, err.Error()...)
		}
		built[t.Package] = binary
	}
	if _, err := os.Stat(binary); errors.Is(err, fs.ErrNotExist) {
		return Survived, nil // there are no tests
	}
	args := []string{binary, "-test.v", "-test.paniconexit0", "-test.failfast", "-test.timeout=" + r.Timeout.String()}
	if r.Short {
		args = append(args, "-test.short")
	}
	if t.Run != "" {
		args = append(args, "-test.run="+t.Run)
	}
	if t.Skip != "" {
		args = append(args, "-test.skip="+t.Skip)
	}
	out, stalled, err := r.test(ctx, t.Package, args)
	if stalled {
		return TimedOut, out
	}
	return verdict(out, err), out
}

// build compiles the tests of a package into a file of its own. It returns the
// file's name, which is not there if the package has no tests.
func (r *Runner) build(ctx context.Context, overlay, pkg string, number int) (string, []byte, error) {
	binary := filepath.Join(r.Temp, fmt.Sprintf("test%d", number))
	if err := os.RemoveAll(binary); err != nil {
		return "", nil, err
	}
	args := []string{"go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-o", binary}
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	args = append(append(append([]string(nil), r.With...), args...), "./"+pkg)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = r.Root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	out, err := cmd.CombinedOutput()
	return binary, out, err
}

// verdict reads the output of tests that ended with err.
func verdict(out []byte, err error) Verdict {
	text := string(out)
	switch {
	case err == nil:
		return Survived
	case strings.Contains(text, "panic: test timed out after"), strings.Contains(err.Error(), "signal: killed"), strings.Contains(err.Error(), "exit status 137"):
		return TimedOut
	}
	return Killed
}

// guard writes the script that starts tests. A test's own timeout reports which test
// hangs; a test that spins or is out of memory cannot keep that timeout.
func (r *Runner) guard() (string, error) {
	name := filepath.Join(r.Temp, "guard")
	text := fmt.Sprintf("#!/bin/sh\nulimit -v %d\nexec timeout -s KILL %d \"$@\"\n", memory, int((r.Timeout + 10*time.Second).Seconds()))
	return name, os.WriteFile(name, []byte(text), 0o755)
}

// test runs tests in their package's folder, until they end or stall. It removes the
// temporary files that they leave.
func (r *Runner) test(ctx context.Context, pkg string, args []string) (out []byte, stalled bool, err error) {
	guard, err := r.guard()
	if err != nil {
		return nil, false, err
	}
	temp := filepath.Join(r.Temp, "tmp")
	if err := os.MkdirAll(temp, 0o755); err != nil {
		return nil, false, err
	}
	defer os.RemoveAll(temp)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	args = append(append(append([]string(nil), r.With...), guard), args...)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = filepath.Join(r.Root, pkg)
	cmd.Env = append(os.Environ(), "TMPDIR="+temp, variable+"="+strconv.Itoa(r.number))
	cmd.WaitDelay = 10 * time.Second // for processes that tests have left
	watched := &watchedOutput{limit: r.Stall, stop: cancel}
	cmd.Stdout, cmd.Stderr = watched, watched
	endWith(cmd)
	err = cmd.Run()
	return watched.text.Bytes(), watched.end(), err
}

// watchedOutput collects what tests print, and calls stop if they print nothing
// for the limit. It begins with the first output: before it the tests may wait
// for their turn.
type watchedOutput struct {
	limit time.Duration
	stop  func()

	text    bytes.Buffer
	timer   *time.Timer
	stalled atomic.Bool
}

func (w *watchedOutput) Write(b []byte) (int, error) {
	switch {
	case w.limit == 0:
	case w.timer == nil:
		w.timer = time.AfterFunc(w.limit, func() {
			w.stalled.Store(true)
			w.stop()
		})
	default:
		w.timer.Reset(w.limit)
	}
	return w.text.Write(b)
}

// end stops the watch, and reports whether the tests stalled.
func (w *watchedOutput) end() bool {
	if w.timer != nil {
		w.timer.Stop()
	}
	return w.stalled.Load()
}
