package runner

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
)

const (
	// disturbed is the share of the processors from which on a run with other programs
	// is repeated.
	disturbed = 0.1
	// glance is how long the processors are observed before a run.
	glance = 100 * time.Millisecond
	// tick is the unit of /proc/stat.
	tick = 10 * time.Millisecond
)

// runQuietly waits until other programs do not use the processors, and runs. If they
// used them during the run it tries again. When patience has run out, it returns the
// least disturbed run. Without any patience there is one run.
func runQuietly(ctx context.Context, p matrix.Point, c contender.Contender, count int, patience time.Duration) (result.Run, error) {
	var best result.Run
	deadline := time.Now().Add(patience)
	for {
		awaitQuiet(deadline)
		run, err := runOnce(ctx, p, c, count)
		if err != nil {
			return run, err
		}
		if best.Messages == 0 || run.Others < best.Others {
			best = run
		}
		if best.Others <= disturbed || !time.Now().Before(deadline) {
			return best, nil
		}
	}
}

func awaitQuiet(deadline time.Time) {
	for time.Now().Before(deadline) {
		look := lookAround()
		time.Sleep(glance)
		if look.others(0) <= disturbed {
			return
		}
	}
}

// stopwatch has the processors' busy time at its start.
type stopwatch struct {
	begun time.Time
	busy  time.Duration
	known bool
}

func lookAround() stopwatch {
	text, err := os.ReadFile("/proc/stat")
	busy, ok := busyTime(string(text))
	return stopwatch{time.Now(), busy, err == nil && ok}
}

// others is the share of all processors that other programs have had since the start,
// if own seconds of it were ours; 0 where the system does not report it.
func (w stopwatch) others(own float64) float64 {
	now := lookAround()
	if !w.known || !now.known {
		return 0
	}
	all := now.begun.Sub(w.begun).Seconds() * float64(runtime.NumCPU())
	return max((now.busy-w.busy).Seconds()-own, 0) / all
}

// busyTime adds up the first line of /proc/stat without idle and iowait. It includes
// the time that a hypervisor took.
func busyTime(stat string) (busy time.Duration, ok bool) {
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, false
	}
	for i, field := range fields[1:9] { // user nice system idle iowait irq softirq steal
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, false
		}
		if i != 3 && i != 4 {
			busy += time.Duration(n) * tick
		}
	}
	return busy, true
}
