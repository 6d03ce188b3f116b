// Package cli parses actum's command line, runs the command, and returns its exit
// code.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/actum-go/actum/cmd/actum/internal/backends"
	"github.com/actum-go/actum/cmd/actum/internal/completion"
	"github.com/actum-go/actum/cmd/actum/internal/demo"
	"github.com/actum-go/actum/cmd/actum/internal/exit"
	"github.com/actum-go/actum/cmd/actum/internal/options"
	"github.com/actum-go/actum/cmd/actum/internal/peer"
	"github.com/actum-go/actum/cmd/actum/internal/perf"
	"github.com/actum-go/actum/cmd/actum/internal/system"
	"github.com/actum-go/actum/cmd/actum/internal/trace"
	_ "github.com/actum-go/actum/proactor/sim" // for ACTUM_BACKEND=sim and --backend sim
)

// grammar is the command line; each command has a Run method.
type grammar struct {
	Push   peer.Push   `cmd:"" help:"Send to one peer after the other."`
	Pull   peer.Pull   `cmd:"" help:"Receive what peers push."`
	Pub    peer.Pub    `cmd:"" help:"Send to every subscriber."`
	Sub    peer.Sub    `cmd:"" help:"Receive what was subscribed to."`
	Req    peer.Req    `cmd:"" help:"Send requests, receive a reply to each."`
	Rep    peer.Rep    `cmd:"" help:"Receive requests, send a reply to each."`
	Dealer peer.Dealer `cmd:"" help:"Send to one peer after the other, and receive."`
	Router peer.Router `cmd:"" help:"Send to peers by their routing id, the first frame, and receive."`
	Pair   peer.Pair   `cmd:"" help:"Send to one peer, and receive."`

	Perf perf.Command `cmd:"" help:"Measure, with the arguments of libzmq's perf programs."`
	Demo demo.Command `cmd:"" help:"Try each pattern over each transport, in about ten seconds."`

	Backends backends.Command `cmd:"" help:"List the I/O backends of this system, and what they use of its kernel."`

	Trace trace.Command `cmd:"" help:"Run another command, and record its I/O operations."`

	Options    options.Command    `cmd:"" help:"List the socket options that --opt sets."`
	Completion completion.Command `cmd:"" help:"Write a script that completes command lines: bash, zsh, fish."`
	Version    version            `cmd:"" help:"Show the version."`

	ShowVersion bool `name:"version" short:"V" help:"Show the version."`
}

// errNoCommand is the error for a command line without a command. The usage text
// has been shown.
var errNoCommand = errors.New("no command")

// Main runs a command line until it is done, or a signal asks it to end, and
// returns the exit code.
func Main(args []string, s system.Streams) int {
	system.IgnoreBrokenPipes()
	ctx, stop := signal.NotifyContext(context.Background(), system.EndSignals...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends a command that does not end by itself
	return Run(ctx, args, s)
}

// Run is Main without signals: ctx asks the command to end.
func Run(ctx context.Context, args []string, s system.Streams) int {
	err := run(ctx, args, s)
	if errors.Is(err, errNoCommand) {
		return exit.Usage
	}
	if !exit.Silent(err) {
		fmt.Fprintln(s.Err, "actum:", oneLine(err))
	}
	return exit.Code(err)
}

// helped is the value that the parser panics with after it has printed a help
// text.
type helped struct{}

func run(ctx context.Context, args []string, s system.Streams) (err error) {
	defer func() {
		if v := recover(); v != nil {
			if _, ok := v.(helped); !ok {
				panic(v)
			}
		}
	}()
	parser, err := kong.New(new(grammar), kong.Name("actum"), kong.Description(description),
		kong.Writers(s.Out, s.Err), kong.Exit(func(int) { panic(helped{}) }),
		kong.Vars{"switches": perf.Switches(), "formats": trace.Formats()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		return err
	}
	switch {
	case slices.Equal(args, []string{"--version"}), slices.Equal(args, []string{"-V"}):
		return version{}.Run(s)
	case len(args) > 0 && args[0] == "__complete":
		return completion.Answer(s.Out, completion.Complete(parser.Model, args[1:]))
	}
	if len(args) > 0 && args[0] == "help" {
		args = append(slices.Clone(args[1:]), "--help")
	}
	if node := incomplete(parser.Model.Node, args); node != nil {
		usage(s.Err, node)
		return errNoCommand
	}
	command, err := parser.Parse(args)
	if err != nil {
		return &exit.UsageError{Err: withHelp(err)}
	}
	command.BindTo(ctx, (*context.Context)(nil))
	command.Bind(trace.Runner(run))
	return command.Run(s)
}

// oneLine returns an error's text as one line: joined errors have several.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// withHelp adds to a parser's error which help text to read: that of the command.
func withHelp(err error) error {
	name := "actum"
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil {
		if command := wrong.Context.Selected(); command != nil {
			name = command.FullPath()
		}
	}
	if found := negative.FindStringSubmatch(err.Error()); found != nil {
		err = fmt.Errorf("--%s %s: it cannot be negative; leave it out for the default", found[1], found[2])
	}
	return fmt.Errorf("%w; see %s --help", err, name)
}

// negative matches the parser's error for a flag's value that begins with a
// minus. The parser takes such a value for a flag, and gives a hint that does not
// help, because no flag may be negative.
var negative = regexp.MustCompile(`^--([a-z-]+): expected [a-z0-9 ]+ but got "(-[0-9][^"]*)"`)
