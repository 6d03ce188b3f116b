// Package trace records the operations of another command's dispatchers, and
// writes them for Perfetto, Graphviz, or the tools for Asio's handler tracking.
// It can also write journals, from which it replays the command.
package trace

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/trace"
)

// Command is `actum trace` as the command line's parser sees it.
type Command struct {
	Format  string   `enum:"${formats}" default:"chrome" placeholder:"NAME" help:"The format of the trace: ${enum}; ${default} by default."`
	Output  string   `short:"o" placeholder:"FILE" help:"The file to write the trace to."`
	Records int      `default:"65536" placeholder:"N" help:"Keep the last N operations of each dispatcher: ${default} by default."`
	Replay  string   `placeholder:"FILE" help:"Replay the run that --format replay has written to FILE, without any network."`
	Command []string `arg:"" optional:"" passthrough:"" help:"Any other command, with its flags and arguments; with --replay, by default the recorded one."`
}

// formatReplay is the format of journals.
const formatReplay = "replay"

// Formats lists the values of --format.
func Formats() string { return strings.Join(append(trace.Formats(), formatReplay), ",") }

// Help is shown by --help.
func (Command) Help() string {
	return `Runs the command as usual and returns its exit code. The trace has each asynchronous operation: the operation whose handler started it, the place in the source, when it was submitted, when it completed, when its handler was called, and its result. Load chrome into https://ui.perfetto.dev, give dot to Graphviz, and text to the tools for Asio's handler tracking.

The format replay records the run itself: the order and the results of completions, the bytes received, and the times. --replay repeats the run any number of times, without the peers: the command receives the same messages, and what it does is compared with the recording. Use it with a debugger, with more logging, or with another build. If the command does something that the recording does not have, the replay reports which function did what, and ends. A replay works for commands that handle one message at a time: rep and req, and pull, sub and push if the messages come singly. If messages come faster than the command handles them, the number that share a read or a write depends on which goroutine is faster, and the replay ends there; this is always the case for demo. Each dispatcher has a file: FILE, FILE.2, and so on.

Examples:

    actum trace --output demo.json demo
    actum trace --format text --output pull.txt pull --bind tcp://*:5555 --count 10
    actum trace --format dot --records 40 -o rep.dot rep --bind ipc:///tmp/echo --echo --count 3
    dot -Tsvg -o rep.svg rep.dot

    actum trace --format replay -o rep.run rep --bind ipc:///tmp/echo --echo --count 3
    actum trace --replay rep.run
    actum trace --replay rep.run --format text -o rep.txt
    dlv exec ./actum -- trace --replay rep.run`
}

// asksForHelp reports whether the command only shows its help text, so that there
// is nothing to record.
func (c *Command) asksForHelp() bool {
	return len(c.Command) > 0 && slices.ContainsFunc(c.Command[1:], func(arg string) bool { return arg == "--help" || arg == "-h" })
}

// Runner runs a command line.
type Runner func(ctx context.Context, args []string, s system.Streams) error

// validate returns an error for a command line that cannot be carried out.
func (c *Command) validate() error {
	switch {
	case c.Records < 1:
		return exit.Usagef("--records is %d: expected 1 or more", c.Records)
	case c.Replay != "" && c.Format == formatReplay:
		return exit.Usagef("--format replay is for recording: expected another format with --replay")
	case c.Replay == "" && c.Output == "":
		return exit.Usagef("expected --output FILE to write to, in front of the command, or --replay FILE")
	case c.Replay == "" && len(c.Command) == 0:
		return exit.Usagef("expected a command to record")
	case len(c.Command) > 0 && c.Command[0] == "trace":
		return exit.Usagef("trace records any command but itself")
	}
	return nil
}

// Run is called by the parser.
func (c *Command) Run(ctx context.Context, s system.Streams, run Runner) error {
	if c.asksForHelp() {
		return run(ctx, c.Command, s)
	}
	if err := c.validate(); err != nil {
		return err
	}
	switch {
	case c.Replay != "":
		return c.replay(ctx, s, run)
	case c.Format == formatReplay:
		return c.journal(ctx, s, run)
	}
	return c.record(ctx, s, run)
}

// record runs the command and writes its operations.
func (c *Command) record(ctx context.Context, s system.Streams, run Runner) error {
	file, err := os.Create(c.Output)
	if err != nil {
		return exit.Usagef("--output: %w", err)
	}
	stop, err := proactor.StartRecording(proactor.RecordOptions{History: c.Records, FineTimes: true})
	if err != nil {
		return errors.Join(err, file.Close())
	}
	failure := run(ctx, c.Command, s)
	records := stop()
	if err := write(file, c.Format, records); err != nil {
		return errors.Join(failure, fmt.Errorf("writing the trace to %s: %w", c.Output, err))
	}
	if len(records) > 0 {
		fmt.Fprintf(s.Err, "actum: %d operations are in %s\n", len(records), c.Output)
	}
	return failure
}

func write(file *os.File, format string, records []trace.Record) error {
	w := bufio.NewWriter(file)
	return errors.Join(trace.Write(w, format, records), w.Flush(), file.Close())
}
