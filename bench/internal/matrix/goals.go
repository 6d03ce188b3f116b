package matrix

import "fmt"

// Quantity is what a goal bounds.
type Quantity string

// Speed is the point's own measure, CPU is processor time per message
// delivered, user and system, of all processes of a side (of an echo, of the
// server): ratios of ours to the peer's. Memory is heap and stacks in bytes for
// each idle connection, WakeUps how often a thread ran while there was nothing to do:
// of ours alone.
const (
	Speed   Quantity = "speed"
	CPU     Quantity = "cpu"
	Memory  Quantity = "memory"
	WakeUps Quantity = "wake-ups"
)

// Absolute reports whether the goal is about ours alone.
func (q Quantity) Absolute() bool { return q == Memory || q == WakeUps }

// Goal is a bound for the median ratio. First is the bound for the first release,
// Final the one after it; zero where there is none.
type Goal struct {
	Quantity     Quantity
	First, Final float64
}

// goals has the points by their names.
var goals = map[Comparison][]Goal{
	{pushPull("tcp", 8), Libzmq}:             {{Speed, 6, 8}},
	{pushPull("tcp", 64), Libzmq}:            {{Speed, 4, 5}, {CPU, 0.3, 0.3}},
	{pushPull("tcp", 1<<10), Libzmq}:         {{Speed, 2, 3}},
	{pushPull("tcp", 64<<10), Libzmq}:        {{Speed, 1.3, 1.7}},
	{pushPull("tcp", 256<<10), Raw}:          {{Speed, 0.9, 0.9}},
	{pushPull("tcp", 1<<20), Raw}:            {{Speed, 0.9, 0.9}},
	{pushPull("inproc", 8), Libzmq}:          {{Speed, 8, 10}},
	{pubSub(1), Libzmq}:                      {{Speed, 0, 5}},
	{pubSub(100), Libzmq}:                    {{Speed, 0, 5}},
	{reqRep("tcp"), Libzmq}:                  {{Speed, 0.3, 0.25}},
	{reqRep("ipc"), Libzmq}:                  {{Speed, 0, 0.25}},
	{reqRep("inproc"), Libzmq}:               {{Speed, 0.1, 0.05}},
	{reqRep("tcp"), Net}:                     {{Speed, 1.2, 1.2}},
	{crowd(PushPull, 8, 64, 0), Libzmq}:      {{Speed, 1, 2}},
	{crowd(PushPull, 8, 1<<10, 0), Libzmq}:   {{Speed, 1, 2}},
	{crowd(PullPush, 8, 64, 0), Libzmq}:      {{Speed, 1, 4}},
	{crowd(PullPush, 8, 1<<10, 0), Libzmq}:   {{Speed, 1, 4}},
	{crowd(PubSub, 8, 64, 0), Libzmq}:        {{Speed, 1, 4}},
	{crowd(RouterDealer, 1, 64, 0), Libzmq}:  {{Speed, 1, 3}},
	{crowd(RouterDealer, 8, 64, 0), Libzmq}:  {{Speed, 1, 3}},
	{crowd(RouterDealer, 64, 64, 0), Libzmq}: {{Speed, 1, 3}},
	{crowd(RepReq, 8, 64, 0), Libzmq}:        {{Speed, 1, 2}},
	{crowd(RepReq, 64, 64, 0), Libzmq}:       {{Speed, 1, 2.5}},
	{echo(100, 64), Net}:                     {{Speed, 1.5, 1.5}},
	{echo(1000, 64), Net}:                    {{Speed, 1.5, 1.5}},
	{echo(100, 64), Gnet}:                    {{Speed, 1.1, 1.1}},
	{echo(1000, 64), Gnet}:                   {{Speed, 1.1, 1.1}},
	{idle(1000), Net}:                        {{Memory, 4096, 4096}, {WakeUps, 0, 0}},
}

func echo(connections, size int) Point {
	return Point{Transport: "tcp", Pattern: Echo, Outstanding: connections, Size: size}
}

// idle connections have had one round trip of 64 bytes.
func idle(connections int) Point {
	return Point{Transport: "tcp", Pattern: Idle, Outstanding: connections, Size: 64}
}

func timer(pattern string) Point {
	return Point{Pattern: pattern, Outstanding: 1_000_000}
}

func pushPull(transport string, size int) Point {
	return Point{Transport: transport, Pattern: PushPull, Size: size}
}

func pubSub(subscribers int) Point {
	return Point{Transport: "tcp", Pattern: PubSub, Subscribers: subscribers, Size: 64}
}

func reqRep(transport string) Point {
	return Point{Transport: transport, Pattern: ReqRep, Size: 8}
}

// Goals are the goals of a comparison, or none.
func (c Comparison) Goals() []Goal { return goals[c] }

// atMost reports whether the ratio must stay below the bound instead of
// reaching it.
func (g Goal) atMost(m Measure) bool {
	return g.Quantity != Speed || m == Latency || m == Standing || m == Cost
}

// Judge compares a ratio, or an absolute figure, with the goal: "≥ 6 met,
// then ≥ 8 missed".
func (g Goal) Judge(m Measure, ratio float64) string {
	text := g.verdict(m, g.Final, ratio)
	if g.First > 0 && g.First != g.Final {
		text = g.verdict(m, g.First, ratio) + ", then " + text
	}
	switch g.Quantity {
	case CPU:
		return "CPU " + text
	case Memory, WakeUps:
		return string(g.Quantity) + " " + text
	}
	return text
}

func (g Goal) verdict(m Measure, bound, ratio float64) string {
	sign, met := "≥", ratio >= bound
	if g.atMost(m) {
		sign, met = "≤", ratio <= bound
	}
	if met {
		return fmt.Sprintf("%s %g met", sign, bound)
	}
	return fmt.Sprintf("%s %g missed", sign, bound)
}
