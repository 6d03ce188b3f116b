// Package trace records what another command's dispatchers do, and writes it for
// Perfetto, Graphviz, or the tools for Asio's handler tracking.
package trace

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/trace"
)

// Command is `actum trace` as the command line's parser sees it.
type Command struct {
	Format  string   `enum:"${formats}" default:"chrome" placeholder:"NAME" help:"How to write it: ${enum}; ${default} if not said."`
	Output  string   `required:"" short:"o" placeholder:"FILE" help:"Where to write it."`
	Records int      `default:"65536" placeholder:"N" help:"Keep the last N operations of each dispatcher: ${default} if not said."`
	Command []string `arg:"" passthrough:"" help:"Any other command, with its flags and arguments."`
}

// Formats are those of --format.
func Formats() string { return strings.Join(trace.Formats(), ",") }

// Help is shown by --help.
func (Command) Help() string {
	return `The command runs as it would without; its exit code is trace's. What is written: each asynchronous operation, who started it (the operation in whose handler that was) and where in the source, when it was submitted, completed and told of, and what came of it. Load chrome into https://ui.perfetto.dev, give dot to Graphviz, text is that of Asio's handler tracking.

Examples:

    actum trace --output demo.json demo
    actum trace --format text --output pull.txt pull --bind tcp://*:5555 --count 10
    actum trace --format dot --records 40 -o rep.dot rep --bind ipc:///tmp/echo --echo --count 3
    dot -Tsvg -o rep.svg rep.dot`
}

// Runner carries a command line out.
type Runner func(ctx context.Context, args []string, s system.Streams) error

// Run is called by the parser.
func (c *Command) Run(ctx context.Context, s system.Streams, run Runner) error {
	if c.Records < 1 {
		return exit.Usagef("--records is %d: expected 1 or more", c.Records)
	}
	if c.Command[0] == "trace" {
		return exit.Usagef("trace records any command but itself")
	}
	file, err := os.Create(c.Output)
	if err != nil {
		return exit.Usagef("--output: %w", err)
	}
	recording, err := proactor.StartRecording(proactor.RecordOptions{History: c.Records, FineTimes: true})
	if err != nil {
		return errors.Join(err, file.Close())
	}
	failure := run(ctx, c.Command, s)
	records := recording.Stop()
	if err := write(file, c.Format, records); err != nil {
		return errors.Join(failure, fmt.Errorf("writing the trace to %s: %w", c.Output, err))
	}
	if len(records) > 0 {
		fmt.Fprintf(s.Err, "actum: %d operations are in %s\n", len(records), c.Output)
	}
	return failure
}

func write(file *os.File, format string, records []proactor.Record) error {
	w := bufio.NewWriter(file)
	return errors.Join(trace.Write(w, format, records), w.Flush(), file.Close())
}
