// Package demo shows the library at work: PUSH/PULL, PUB/SUB and REQ/REP over
// tcp, ipc and inproc, in one process, through all layers. Every message has a
// number, so that lost and reordered messages are found.
//
// Each scenario, a pattern over a transport, has two parts:
//
//  1. as many messages as possible: throughput, and whether each arrived
//  2. one message at a time: latency, from the call of Send to the end of Recv
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/zmq"
)

// Command is `actum demo`.
type Command struct {
	Time    time.Duration `short:"t" default:"9s" placeholder:"D" help:"About how long the demonstration takes: ${default} by default."`
	Backend string        `placeholder:"NAME" help:"The proactor's backend instead of the best one; actum backends lists them."`
	JSON    bool          `short:"j" name:"json" help:"Print one JSON object at the end instead of the table."`
}

// Help is shown by --help.
func (Command) Help() string {
	return `PUSH/PULL, PUB/SUB and REQ/REP over tcp, ipc and inproc, in one process, through the full stack. Every message has a number, by which lost and reordered messages are found; the exit code is then 1.

With --json: backend, refused (backend, reason), missing, and scenes: pattern, transport, messages, messagesPerSecond, p50Microseconds, p99Microseconds, lost, reordered. These names do not change.

Examples:

    actum demo
    actum demo --time 3s --json | jq '.scenes[] | select(.lost > 0)'`
}

// Run is called by the parser. It fails if a message was lost or reordered.
func (c *Command) Run(ctx context.Context, s system.Streams) error {
	if c.Time <= 0 {
		return exit.Usagef("--time is %v: expected more", c.Time)
	}
	zctx, err := zmq.NewContext(zmq.ContextOptions{Backend: c.Backend})
	if err != nil {
		return &exit.UsageError{Err: err}
	}
	if !c.JSON {
		reportBackend(s.Out, zctx.Backend())
	}
	scenarios, missing := supported(zctx, scenarios())
	rows, err := runAll(ctx, zctx, scenarios, c.Time, newProgress(s.Err, c.Time))
	if err = errors.Join(err, zctx.Close()); err != nil {
		return err
	}
	if c.JSON {
		err = writeJSON(s.Out, rows, zctx.Backend(), missing)
	} else {
		err = writeTable(s.Out, rows, missing, system.IsColourTerminal(s.Out))
	}
	if err != nil {
		return err
	}
	return checkLosses(rows)
}

// reportBackend writes the backend's name, and why better ones were refused.
func reportBackend(w io.Writer, b proactor.BackendInfo) {
	fmt.Fprintln(w, "backend:", b.Name)
	for _, r := range b.Refused {
		fmt.Fprint(w, fold(fmt.Sprintf("refused: %s: %v", r.Name, r.Err)))
	}
}

// supported returns the scenarios whose transport works on this system, and the error
// of the transport that does not: some Windows systems, and emulations of Windows, have
// no Unix sockets.
func supported(zctx *zmq.Context, all []*scenario) (scenarios []*scenario, missing error) {
	if missing = unsupported(zctx, "ipc://*"); missing == nil {
		return all, nil
	}
	return slices.DeleteFunc(all, func(sc *scenario) bool { return sc.transport == "ipc" }), missing
}

// unsupported returns the error of binding to endpoint if this system does not support
// its transport. It returns nil for any other error, which the scenario then reports.
func unsupported(zctx *zmq.Context, endpoint string) error {
	s, err := zctx.NewSocket(zmq.PAIR, zmq.Options{})
	if err != nil {
		return nil
	}
	defer s.Close()
	if err = s.Bind(endpoint); errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// runAll runs the scenarios, which share the time total equally.
func runAll(ctx context.Context, zctx *zmq.Context, scenarios []*scenario, total time.Duration, p progress) ([]row, error) {
	defer p.close()
	var rows []row
	for _, sc := range scenarios {
		sc.Context, sc.share, sc.progress = zctx, total/time.Duration(len(scenarios)), p
		r, err := sc.run(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s over %s: %w", sc.pattern, sc.transport, err)
		}
		p.finished(r)
		rows = append(rows, r)
	}
	return rows, nil
}

// checkLosses returns an error if a message was lost or reordered.
func checkLosses(rows []row) error {
	var lost, reordered uint64
	for _, r := range rows {
		lost += r.lost
		reordered += r.reordered
	}
	if lost+reordered > 0 {
		return fmt.Errorf("%d messages were lost and %d reordered", lost, reordered)
	}
	return nil
}
