package matrix

import (
	"strings"

	"github.com/actum-go/actum/bench/internal/switches"
)

// Ablation is a set of parts of ours that can be left out, and the points at which that
// is measured. All that are left out run in turn with ours.
type Ablation struct {
	Title    string // of its table
	Switches []Switch
	Points   []Point
}

// Switch leaves parts of ours out: one, or several, separated by commas.
type Switch struct{ Name, Off string }

// Engine is the optimizations of the messaging engine, each of which is left out alone.
func Engine() Ablation {
	return Ablation{
		Title:    "What each optimization of the messaging engine is worth: all on, beside all but one.",
		Switches: alone(switches.Names()),
		Points:   representative(),
	}
}

// Phases builds the six optimizations up: none, then those of the first phase of the
// list that actum comes from, then also those of the second, then all.
func Phases() Ablation {
	off := func(phases ...[]string) string {
		var all []string
		for _, phase := range phases {
			all = append(all, phase...)
		}
		return strings.Join(all, ",")
	}
	p := switches.Phases
	return Ablation{
		Switches: []Switch{{"phases 1 to 3", off(p[:]...)}, {"phases 2 and 3", off(p[1:]...)}, {"phase 3", off(p[2])}},
		Points:   representative(),
	}
}

// representative is a dozen of the cells: every way on which a message goes.
func representative() []Point {
	return []Point{
		crowd(PushPull, 1, 8, 0), crowd(PushPull, 1, 64<<10, 0), crowd(PushPull, 8, 64, 0), crowd(PushPull, 8, 64, 10),
		crowd(PullPush, 8, 64, 0), crowd(PullPush, 8, 64<<10, 0), crowd(PullPush, 1, 64, 0).of(3),
		crowd(PubSub, 8, 64, 0), crowd(RouterDealer, 8, 64, 0), crowd(RouterDealer, 64, 64, 0),
		crowd(RepReq, 1, 8, 0), crowd(RepReq, 64, 8, 0),
	}
}

// Ring is the features of io_uring that an echo server uses, by the names of
// proactor.ProbeBackends. Without single-issuer there is no
// defer-taskrun either.
func Ring() Ablation {
	return Ablation{
		Title:    "What each feature of io_uring is worth to an echo server on a locked thread: all on, beside all but one.",
		Switches: alone([]string{"submit-all", "skip-success", "poll-first", "single-issuer", "defer-taskrun", "message-wake"}),
		Points:   []Point{echo(1, 64), echo(100, 64), echo(1000, 64)},
	}
}

func alone(names []string) []Switch {
	var all []Switch
	for _, name := range names {
		all = append(all, Switch{name, name})
	}
	return all
}
