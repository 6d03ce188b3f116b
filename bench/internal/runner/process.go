package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/result"
)

// ErrRefused is wrapped by the error of a program that ended with code 2: it does
// not support what it was asked for.
var ErrRefused = errors.New("refused")

const refusedCode = 2

// outcome is the result of the processes of one job.
type outcome struct {
	output string
	cpu    result.CPU
}

// runJob starts the processes of a job, one each side, and waits for both.
// When one fails the other is killed. The processor time is the kernel's account at
// their exit, not what they print.
func runJob(ctx context.Context, job contender.Job) (outcome, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	lines := [][]string{job.Local}
	if job.Remote != nil {
		lines = append(lines, job.Remote)
	}
	ended := make(chan outcome)
	for _, line := range lines {
		go func() {
			o, err := runProcess(ctx, line)
			if err != nil {
				cancel(err)
			}
			ended <- o
		}()
	}
	var both outcome
	for range lines {
		o := <-ended
		both.output += o.output
		both.cpu = sum(both.cpu, o.cpu)
	}
	return both, context.Cause(ctx)
}

func runProcess(ctx context.Context, line []string) (outcome, error) {
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	var out, errout bytes.Buffer
	command.Stdout, command.Stderr = &out, &errout
	if err := command.Run(); err != nil {
		return outcome{}, describe(ctx, command, err, errout.String())
	}
	return outcome{out.String(), accountOf(command.ProcessState)}, nil
}

// accountOf is the kernel's account of a process that has ended.
func accountOf(state *os.ProcessState) result.CPU {
	return result.CPU{User: state.UserTime().Seconds(), System: state.SystemTime().Seconds()}
}

func sum(a, b result.CPU) result.CPU {
	return result.CPU{User: a.User + b.User, System: a.System + b.System}
}

// describe names the command that failed, with its output.
func describe(ctx context.Context, command *exec.Cmd, err error, errout string) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx) // killed, and this is why
	}
	if state := command.ProcessState; state != nil && state.ExitCode() == refusedCode {
		err = ErrRefused
	}
	line := filepath.Base(command.Path) + " " + strings.Join(command.Args[1:], " ")
	return fmt.Errorf("%s: %w: %s", line, err, strings.TrimSpace(errout))
}
