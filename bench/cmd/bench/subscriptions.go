package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/actum-go/actum/bench/internal/contender"
	"github.com/actum-go/actum/bench/internal/result"
)

// subscriptionCounts has the numbers of subscriptions, and how many messages are
// matched with each.
var subscriptionCounts = []struct{ subscriptions, messages int }{
	{10, 2_000_000}, {10_000, 1_000_000}, {1_000_000, 500_000},
}

// subscriptionFigures are what the programs print, in the order of the table.
// More is better for rates, and less for the others.
var subscriptionFigures = []string{"miss", "hit", "memory", "subscribe", "cancel", "leave"}

// subscriptionRun has the figures of one program.
type subscriptionRun map[string]float64

// subscriptionResult is what the results folder keeps.
type subscriptionResult struct {
	Machine       result.Machine       `json:"machine"`
	Subscriptions int                  `json:"subscriptions"`
	Messages      int                  `json:"messages"`
	Pairs         [][2]subscriptionRun `json:"pairs"` // ours, libzmq
}

// subscriptionsCommand measures what subscriptions cost a publisher, ours and
// libzmq in turn.
func subscriptionsCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("subscriptions", flag.ContinueOnError)
	dir := flags.String("dir", ".", "the bench folder")
	results := flags.String("results", filepath.Join("results", "subscriptions"), "folder for the results")
	pairs := flags.Int("pairs", 3, "pairs of runs for each number of subscriptions")
	only := flags.Int("only", 0, "this number of subscriptions: 10, 10000 or 1000000")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	workshop, err := contender.NewWorkshop(*dir)
	if err != nil {
		return err
	}
	ours, libzmq, err := workshop.Subscriptions(ctx)
	if err != nil {
		return err
	}
	fmt.Print(subscriptionHead)
	for _, c := range subscriptionCounts {
		if *only != 0 && *only != c.subscriptions {
			continue
		}
		r := subscriptionResult{Machine: result.ThisMachine(nil), Subscriptions: c.subscriptions, Messages: c.messages}
		for range *pairs {
			var pair [2]subscriptionRun
			for i, program := range []string{ours, libzmq} {
				if pair[i], err = runSubscriptions(ctx, program, c.subscriptions, c.messages); err != nil {
					return err
				}
			}
			r.Pairs = append(r.Pairs, pair)
		}
		if err := r.save(filepath.Join(*dir, *results)); err != nil {
			return err
		}
		fmt.Print(r.rows())
	}
	return nil
}

var subscriptionLine = regexp.MustCompile(`(?m)^(\w+): ([\d.-]+) \[`)

// runSubscriptions runs one program on a port that the system has chosen.
func runSubscriptions(ctx context.Context, program string, subscriptions, messages int) (subscriptionRun, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	endpoint := "tcp://" + l.Addr().String()
	l.Close()
	command := exec.CommandContext(ctx, program, endpoint, strconv.Itoa(subscriptions), strconv.Itoa(messages))
	command.Stderr = os.Stderr
	text, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	run := subscriptionRun{}
	for _, match := range subscriptionLine.FindAllStringSubmatch(string(text), -1) {
		if run[match[1]], err = strconv.ParseFloat(match[2], 64); err != nil {
			return nil, err
		}
	}
	for _, name := range subscriptionFigures {
		if _, ok := run[name]; !ok {
			return nil, fmt.Errorf("%s printed no %s: %q", program, name, text)
		}
	}
	return run, nil
}

func (r subscriptionResult) save(dir string) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, strconv.Itoa(r.Subscriptions)+".json"), append(text, '\n'), 0o644)
}

const subscriptionHead = "| subscriptions | figure | actum | libzmq | ratio |\n|---|---|---|---|---|\n"

// rows are the lines of the table, one for each figure: medians, and the median of
// the ratios of the pairs with the smallest and the largest.
func (r subscriptionResult) rows() string {
	var b strings.Builder
	for _, name := range subscriptionFigures {
		var ours, peers, ratios []float64
		for _, pair := range r.Pairs {
			ours, peers = append(ours, pair[0][name]), append(peers, pair[1][name])
			ratios = append(ratios, pair[0][name]/pair[1][name])
		}
		slices.Sort(ratios)
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %.2f (%.2f–%.2f) |\n", r.Subscriptions, name,
			subscriptionText(name, median(ours)), subscriptionText(name, median(peers)), median(ratios), ratios[0], ratios[len(ratios)-1])
	}
	return b.String()
}

// subscriptionTable is the table of the results in a folder; empty if there are
// none.
func subscriptionTable(dir string) (string, error) {
	var rows strings.Builder
	for _, c := range subscriptionCounts {
		text, err := os.ReadFile(filepath.Join(dir, strconv.Itoa(c.subscriptions)+".json"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var r subscriptionResult
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			return "", err
		}
		rows.WriteString(r.rows())
	}
	if rows.Len() == 0 {
		return "", nil
	}
	return "\nWhat subscriptions cost a publisher: more is better for miss and hit, less for the others.\n\n" + subscriptionHead + rows.String(), nil
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

func subscriptionText(name string, value float64) string {
	switch name {
	case "miss", "hit":
		return fmt.Sprintf("%.0f k messages/s", value/1e3)
	case "memory":
		return fmt.Sprintf("%.0f KiB", value/1024)
	}
	return fmt.Sprintf("%.1f ms", value)
}
