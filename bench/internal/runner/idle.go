package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/result"
)

const (
	// settle is how long after the last connection the measurement begins.
	settle = time.Second
	// watch is how long the idle server is observed.
	watch = 5 * time.Second
)

// runIdle connects, observes the idle server, and then asks how much more memory it
// has than before the first connection. Asking wakes the server, so it comes last.
func runIdle(ctx context.Context, job contender.Job, connections int) (idle result.Idle, err error) {
	s, err := startServer(ctx, job.Local)
	if err != nil {
		return idle, err
	}
	defer s.stop()
	if _, err := s.expect(ctx, "listening"); err != nil {
		return idle, err
	}
	before, err := memoryOf(ctx, s, job.Managed)
	if err != nil {
		return idle, err
	}
	client, err := startServer(ctx, job.Remote)
	if err != nil {
		return idle, err
	}
	defer client.dismiss()
	if _, err := client.expect(ctx, "connected"); err != nil {
		return idle, err
	}
	if idle.WakeUps, err = wakeUps(ctx, s.pid()); err != nil {
		return idle, err
	}
	after, err := memoryOf(ctx, s, job.Managed)
	switches := idle.WakeUps
	idle = growth(before, after, connections)
	idle.WakeUps, idle.Seconds = switches, watch.Seconds()
	return idle, err
}

// wakeUps counts the context switches of the process while it is observed.
func wakeUps(ctx context.Context, pid int) (int, error) {
	if err := sleep(ctx, settle); err != nil {
		return 0, err
	}
	before, err := switches(pid)
	if err != nil {
		return 0, err
	}
	if err := sleep(ctx, watch); err != nil {
		return 0, err
	}
	after, err := switches(pid)
	return after - before, err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// memory in bytes.
type memory struct {
	managed int // heap and stacks of a Go runtime, after a collection
	process int // PSS: the process's own memory, and its part of shared memory
}

var (
	memoryLine = regexp.MustCompile(`memory: heap (\d+) B, stacks (\d+) B`)
	pssLine    = regexp.MustCompile(`(?m)^Pss:\s+(\d+) kB`)
	switchLine = regexp.MustCompile(`(?m)^(?:non)?voluntary_ctxt_switches:\s+(\d+)$`)
)

func memoryOf(ctx context.Context, s *server, managed bool) (m memory, err error) {
	if managed {
		if err := s.command.Process.Signal(syscall.SIGUSR1); err != nil {
			return m, err
		}
		line, err := s.expect(ctx, "memory: ")
		if err != nil {
			return m, err
		}
		if m.managed, err = sumOf(memoryLine, line); err != nil {
			return m, err
		}
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", s.pid()))
	if err != nil {
		return m, err
	}
	kib, err := sumOf(pssLine, string(text))
	m.process = kib << 10
	return m, err
}

// switches are the context switches of all threads of a process so far.
func switches(pid int) (sum int, err error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		n, err := sumOf(switchLine, string(text))
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// sumOf adds all the groups of all the matches.
func sumOf(line *regexp.Regexp, text string) (sum int, err error) {
	matches := line.FindAllStringSubmatch(text, -1)
	if matches == nil {
		return 0, fmt.Errorf("no line like %q in %q", line, text)
	}
	for _, match := range matches {
		for _, group := range match[1:] {
			n, err := strconv.Atoi(group)
			if err != nil {
				return 0, err
			}
			sum += n
		}
	}
	return sum, nil
}
