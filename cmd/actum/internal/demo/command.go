// Package demo shows the library at work on an embedded default: PUSH/PULL,
// PUB/SUB and REQ/REP over tcp, ipc and inproc, in one process, through the full
// stack. Every message has a number; what is lost or comes out of order is found.
//
// Each scene, a pattern over a transport, has two parts:
//
//  1. as many messages as possible: throughput, and what became of each of them;
//  2. one message at a time: latency, from the call of Send to the end of Recv.
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
	Time    time.Duration `short:"t" default:"9s" placeholder:"D" help:"How long it takes, about: ${default} if not said."`
	Backend string        `placeholder:"NAME" help:"The proactor's backend instead of the best one; actum backends lists them."`
	JSON    bool          `short:"j" name:"json" help:"Print one JSON object at the end instead of the table."`
}

// Help is shown by --help.
func (Command) Help() string {
	return `PUSH/PULL, PUB/SUB and REQ/REP over tcp, ipc and inproc, in one process, through the full stack. Every message has a number: what is lost or reordered is found, and makes the exit code 1.

With --json: backend, refused (backend, reason), missing, and scenes: pattern, transport, messages, messagesPerSecond, p50Microseconds, p99Microseconds, lost, reordered. These names stay.

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
	scenes, missing := playable(zctx, scenes())
	rows, err := perform(ctx, zctx, scenes, c.Time, newProgress(s.Err, c.Time))
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
	return verdict(rows)
}

// reportBackend says what the messages travel on, and why not on something
// better.
func reportBackend(w io.Writer, b proactor.BackendInfo) {
	fmt.Fprintln(w, "backend:", b.Name)
	for _, r := range b.Refused {
		fmt.Fprint(w, fold(fmt.Sprintf("refused: %s: %v", r.Name, r.Err)))
	}
}

// playable is those scenes whose transport this system has, and why it lacks
// another: there are Windows systems, and stand-ins for it, without Unix sockets.
func playable(zctx *zmq.Context, all []*scene) (scenes []*scene, missing error) {
	if missing = lacks(zctx, "ipc://*"); missing == nil {
		return all, nil
	}
	return slices.DeleteFunc(all, func(sc *scene) bool { return sc.transport == "ipc" }), missing
}

// lacks is why there can be no endpoint like this one on any socket here; nil if
// there can be, or if it is something else that is wrong.
func lacks(zctx *zmq.Context, endpoint string) error {
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

// perform runs the scenes, each for its share of the time.
func perform(ctx context.Context, zctx *zmq.Context, scenes []*scene, all time.Duration, p progress) ([]row, error) {
	defer p.close()
	var rows []row
	for _, sc := range scenes {
		sc.Context, sc.share, sc.progress = zctx, all/time.Duration(len(scenes)), p
		r, err := sc.run(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s over %s: %w", sc.pattern, sc.transport, err)
		}
		p.finished(r)
		rows = append(rows, r)
	}
	return rows, nil
}

func verdict(rows []row) error {
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
