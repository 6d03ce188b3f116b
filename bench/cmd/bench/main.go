// Command bench compares actum with its peers, keeps the figures, and renders
// them. It is run from the bench folder.
//
//	go run ./cmd/bench run                                 everything
//	go run ./cmd/bench run --quick                         points that have a goal, short
//	go run ./cmd/bench matrix                              the speed matrix beside libzmq
//	go run ./cmd/bench guard                               the same, briefly: fails when a ratio has collapsed
//	go run ./cmd/bench run --only 'tcp/push-pull/*' --peer libzmq
//	go run ./cmd/bench run --self --quick                  libzmq against itself: about 1
//	go run ./cmd/bench ablation                            each optimization on and off, and in phases
//	go run ./cmd/bench features                            each feature of io_uring on and off
//	go run ./cmd/bench openloop                            latencies at fixed rates
//	go run ./cmd/bench subscriptions                       10, 10,000 and 1,000,000 subscriptions
//	go run ./cmd/bench list                                the points
//	go run ./cmd/bench table                               results into the documents
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

var commands = map[string]func(ctx context.Context, args []string) error{
	"run":           runCommand,
	"matrix":        matrixCommand,
	"guard":         guardCommand,
	"ablation":      ablationCommand,
	"features":      featuresCommand,
	"openloop":      openloopCommand,
	"subscriptions": subscriptionsCommand,
	"list":          listCommand,
	"table":         tableCommand,
}

// errUsage means that the flag package has printed the error.
var errUsage = errors.New("wrong usage")

func main() {
	os.Exit(run(os.Args[1:]))
}

// run returns the exit code: 1 for a failure, 2 for wrong usage.
func run(args []string) int {
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprintln(os.Stderr, "usage: bench run|matrix|guard|ablation|features|openloop|subscriptions|list|table [FLAGS]; bench run --help for the flags")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := commands[args[0]](ctx, args[1:]); {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	default:
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
}

// parseFlags also refuses arguments that are not flags.
func parseFlags(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "bench %s takes no argument %q\n", flags.Name(), flags.Arg(0))
		return errUsage
	}
	return nil
}
