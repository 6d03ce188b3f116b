package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/bench/internal/result"
	"github.com/actum-go/actum/bench/internal/table"
)

// tableCommand puts the goals into the project's README, and everything into
// bench's.
func tableCommand(_ context.Context, args []string) error {
	flags := flag.NewFlagSet("table", flag.ContinueOnError)
	dir := flags.String("results", "results", "folder of the results")
	readme := flags.String("readme", "../README.md", "document for the figures with a goal")
	full := flags.String("full", "README.md", "document for all figures")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	all, err := result.Load(*dir)
	if err != nil {
		return err
	}
	subscriptions, err := subscriptionTable(filepath.Join(*dir, "subscriptions"))
	if err != nil {
		return err
	}
	openLoop, err := openLoopTable(filepath.Join(*dir, "openloop"))
	if err != nil {
		return err
	}
	if err := table.WriteInto(*full, table.Full(all)+openLoop+subscriptions); err != nil {
		return err
	}
	return table.WriteInto(*readme, table.Goals(all))
}

func listCommand(_ context.Context, args []string) error {
	if err := parseFlags(flag.NewFlagSet("list", flag.ContinueOnError), args); err != nil {
		return err
	}
	for _, c := range matrix.All() {
		fmt.Printf("%-24s %s\n", c.Point, c.Peer)
	}
	return nil
}
